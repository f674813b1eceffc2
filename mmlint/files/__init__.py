"""Which files a project has, what they are, and what they hold. Imports only model and sdk."""
