"""Which worker gets a session, what runs next in it, and how its end is told."""
