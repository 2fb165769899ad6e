"""Runs of a document: queued, handed over, shown, committed."""
