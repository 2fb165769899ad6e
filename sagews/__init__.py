"""Sage Workspaces: mathematics in the browser, computed in jailed, forked sessions."""

__version__ = "0.1.0"
