"""Docstrings as pages show them: what is written in reStructuredText becomes HTML with formulas."""
