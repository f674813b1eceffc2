"""Which file of the project a specifier means: manifests, packages, aliases, layers."""
