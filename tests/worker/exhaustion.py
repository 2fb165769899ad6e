"""Takes what a process may have of the kernel, for tests of how it goes on without."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def no_descriptors(left: int) -> Iterator[None]:
    """Leave this process so many free descriptors only."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The limit is of numbers: every hole below it is one that is free.
    highest = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1 + left, hard))
    held = []
    try:
        with suppress(OSError):
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        for _ in range(left):
            os.close(held.pop())
        yield
    finally:
        for number in held:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
