"""The live side of a workspace: websocket, documents, runs, history."""
