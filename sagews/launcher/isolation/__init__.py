"""Which level of isolation this machine reaches, found by trying."""
