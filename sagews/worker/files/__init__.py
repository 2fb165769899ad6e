"""Homes of workspaces on this worker, and bytes that cross a link in parts."""
