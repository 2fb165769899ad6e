"""What `%name`, `%%name`, `!command` and `name?` do: each group of magics is a module in here (table.py)."""
