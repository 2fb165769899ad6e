"""What may help with an exception: advice beside what it says, and changes to the cell that a person can ask for."""
