"""What a cell's text says of itself without being run: the names that it reads and writes, and its shape."""
