"""One open document: its live text, who edits it, and its way into the database."""
