"""What a session is given: a uid, a cgroup, a home, a slot."""
