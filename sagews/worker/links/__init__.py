"""The worker's side of its link to a backend."""
