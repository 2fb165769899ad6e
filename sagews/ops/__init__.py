"""The programs and keys beside the daemon: PostgreSQL, certificates."""
