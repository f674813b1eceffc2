"""Keys, the environment, and who can read them."""
