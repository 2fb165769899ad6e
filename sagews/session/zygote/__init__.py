"""The process that has everything loaded, and the jailed children that are forked from it."""
