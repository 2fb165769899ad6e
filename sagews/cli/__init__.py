"""`sagews`, the operator's and the user's tool, and what its commands share."""
