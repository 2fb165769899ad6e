"""A console inside the running daemon, over SSH, for operators with a key."""
