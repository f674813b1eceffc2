"""The adapter of JavaScript and TypeScript, on tree-sitter."""
