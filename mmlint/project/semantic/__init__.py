"""What an expression can mean: scopes, definitions, calls, and the names between modules."""
