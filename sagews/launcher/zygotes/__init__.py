"""Zygotes: the sealed root, the processes in it, and those that look after them."""
