"""What pages ask of accounts and workspaces over HTTP."""
