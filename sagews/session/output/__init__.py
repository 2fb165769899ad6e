"""What a cell prints, on its way out and within its budget."""
