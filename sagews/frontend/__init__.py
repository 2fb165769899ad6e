"""The HTTP side: accounts, sign-in, management, static files."""
