"""What is said over a session's socket, for each kind of session but evaluation: a module in here (table.py)."""
