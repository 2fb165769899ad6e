"""The way of edits, runs and output into the database: one commit for all documents."""
