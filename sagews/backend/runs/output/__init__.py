"""From what a session says of its output to what pages are told and the database is given."""
