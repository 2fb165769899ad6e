"""Compute: the link to backends, sessions and what they print."""
