"""Whatever is heavy about documents, in processes of their own: accounts take turns, each question has a deadline."""
