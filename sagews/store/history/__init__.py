"""Commits, refs and bundles in PostgreSQL."""
