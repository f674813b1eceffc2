"""The adapters of configuration: JSON, YAML, TOML, env files, shell scripts, Dockerfiles."""
