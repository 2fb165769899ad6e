"""What cells of a session read and wrote: from this pages know which of them are stale."""
