"""The private authority of an installation, and TLS contexts that check a peer's name and role."""
