"""Trying edits and folding documents in a process of its own, with a deadline."""
