"""The settings: one TOML file and a few environment variables, read whole into frozen values; a section is a file."""
