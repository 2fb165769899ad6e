"""One file of handlers for each feature that pages ask for."""
