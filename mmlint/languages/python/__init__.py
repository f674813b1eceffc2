"""The adapter of Python, on LibCST."""
