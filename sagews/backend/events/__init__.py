"""Numbered events of a document, and those who watch it."""
