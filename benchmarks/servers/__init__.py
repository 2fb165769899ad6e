"""What is measured: the floor, Sage Workspaces and Jupyter, each as a running server and a client of its protocol."""
