"""The scenarios: each file is a group that `make bench ARGUMENTS="--only NAME"` can run alone.

A group measures the floor, Sage Workspaces and Jupyter one after the other, each freshly started, with the same client
and clock, and says in `ROWS` what the table shows of it. A new group is a new file here and a line in
`benchmarks/groups.py`.
"""
