"""Where in a cell's output things stand, and what takes the place of what was shown."""
