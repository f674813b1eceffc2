"""What runs when a process ends, and what after the response."""
