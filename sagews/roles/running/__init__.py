"""What a daemon is asked while it runs: its state, its sessions, and to read its settings again."""
