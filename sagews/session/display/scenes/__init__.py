"""Three-dimensional plots as scenes that a page draws, with a still picture of each beside it."""
