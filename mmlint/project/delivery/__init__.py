"""What is still queued at each exit of a function, and who waits for it."""
