"""The live text of a worksheet, and what an update must be to be applied to it."""
