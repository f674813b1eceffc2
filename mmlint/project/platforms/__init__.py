"""Who calls a function, what stands around it, and how long its process lives."""
