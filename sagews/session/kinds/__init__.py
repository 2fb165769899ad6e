"""What a child of the zygote can become: each kind of session is a module or folder in here (table.py)."""
