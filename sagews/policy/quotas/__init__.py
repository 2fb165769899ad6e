"""What an account may have at most, and how it is told: the one place for everything that can be counted."""
