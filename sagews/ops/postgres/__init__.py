"""The embedded PostgreSQL: where its programs and its cluster are, and its life as a process beside ours."""
