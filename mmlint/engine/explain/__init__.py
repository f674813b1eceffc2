"""Why a line is reported, or why it is not."""
