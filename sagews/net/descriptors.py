"""How many descriptors one kind of connection may take, so that some are left for all others and for files."""

from __future__ import annotations

import resource


def share_of_descriptors(parts: int, most: int) -> int:
    """Return how many connections may be open: one part of so many of what this process may open, and `most` at most.

    Args:
        parts: 5 for a fifth.
        most: whatever the process may open.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if soft == resource.RLIM_INFINITY else max(1, min(most, soft // parts))
