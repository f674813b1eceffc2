"""Where a value comes from, and where it goes."""
