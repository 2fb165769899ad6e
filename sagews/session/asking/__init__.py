"""Questions of the running cell, and the requests among which their answers come."""
