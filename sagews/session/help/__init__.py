"""What could stand at the cursor, and what a name means: completion, signatures, docstrings, sources."""
