"""What is said on each hop: bytes to values and back; no transport."""
