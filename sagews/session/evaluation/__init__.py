"""The evaluation loop: what a cell means and how it is run."""
