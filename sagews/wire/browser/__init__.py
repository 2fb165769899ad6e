"""What a page and a backend say to each other."""
