"""Sage's own examples, run as cells: `make foreign`, and a bounded sample among the tests."""
