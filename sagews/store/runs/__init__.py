"""Runs and outputs in PostgreSQL."""
