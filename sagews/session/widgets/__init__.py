"""ipywidgets in cells: the package itself is the one from PyPI, what it speaks to is here (docs/cells.md)."""
