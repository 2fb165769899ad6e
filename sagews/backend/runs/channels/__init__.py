"""The channels of cells: what running ones ask, and the interacts that last beyond their end."""
