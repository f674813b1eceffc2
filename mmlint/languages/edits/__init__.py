"""Named edits written back as text, in the style of the file."""
