"""What is decided: no input or output, no Twisted."""
