"""How a value is shown."""
