"""Passwords, tokens, and how often one may be tried."""
