"""Versions of a workspace: saving, comparing, reverting."""
