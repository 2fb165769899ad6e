"""Log records in PostgreSQL."""
