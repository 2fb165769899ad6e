"""Measures Sage Workspaces beside its physical floor and beside Jupyter, in one run, on the machine at hand."""
