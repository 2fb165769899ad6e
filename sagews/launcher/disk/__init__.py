"""Homes that are file systems of their own, of a fixed size, each in one file of the folder of homes."""
