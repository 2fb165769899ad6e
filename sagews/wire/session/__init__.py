"""What a worker and a session say to each other."""
