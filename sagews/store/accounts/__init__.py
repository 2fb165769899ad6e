"""Accounts and logins in PostgreSQL."""
