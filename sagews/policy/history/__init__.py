"""Which versions a workspace gets, and when one is saved by itself."""
