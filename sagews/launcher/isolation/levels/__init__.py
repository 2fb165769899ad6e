"""The levels of isolation: each is a module in here that gives a `LEVEL` (../table.py)."""
