"""What a daemon tells monitoring: figures and health on a port of their own."""
