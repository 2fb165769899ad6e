"""Notebooks that stay notebooks: read into the cells of a worksheet, and written with all that was not understood."""
