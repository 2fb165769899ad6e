"""The websocket and the connection of a page: admitted, parsed, checked, queued."""
