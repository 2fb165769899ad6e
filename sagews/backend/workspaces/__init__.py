"""Which workspaces this backend has open, and their documents."""
