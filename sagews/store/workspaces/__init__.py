"""Workspaces, their documents and tickets in PostgreSQL."""
