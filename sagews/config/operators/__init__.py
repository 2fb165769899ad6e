"""Settings of what operators see of a running daemon."""
