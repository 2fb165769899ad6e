"""Kills every process of an installation in turn, under edit-and-run load: nothing acknowledged may be lost.

`make soak` goes on for as long as asked; tests/e2e/test_kill.py kills each process once.
"""
