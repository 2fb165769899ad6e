"""What is demanded of an HTTP request, and the headers of every answer."""
