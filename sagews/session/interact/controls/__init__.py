"""The controls of an interact: what makes each, what pages are told of it, and what the function gets for its value."""
