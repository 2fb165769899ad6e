"""How a person becomes a login: links, passwords, sessions of the browser."""
