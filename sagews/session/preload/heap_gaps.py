"""Fills the gaps in the zygote's heap, so that what a session allocates lies close together.

Loading libraries leaves free blocks in thousands of the allocator's pools. Whatever a forked session allocates is put
into one of them, and the first write to a page that is shared with the zygote copies the whole page: a session that
allocates 100 KB would so copy megabytes, a few pages with every evaluation. With the gaps filled it gets new pools.
The blocks that fill them cost nothing: their pages are there already.
"""

from __future__ import annotations

from collections.abc import Callable

ALIGNMENT, LARGEST = 16, 512
"""Sizes of the allocator's classes in bytes (CPython's Objects/obmalloc.c); what is larger is the C library's."""
POOL, POOL_HEADER = 16 * 1024, 48
MOST = 400_000
"""Blocks of one size at most: an allocator of another make must not be fed without end."""
_BYTES_OVERHEAD = 33

_filling: list[object] = []


def fill() -> int:
    """Fill the gaps; return how many blocks that took. Call it last, before the first fork."""
    before = len(_filling)
    for size in range(ALIGNMENT, LARGEST + 1, ALIGNMENT):
        _fill_class(_maker(size), (POOL - POOL_HEADER) // size)
    return len(_filling) - before


def _maker(size: int) -> Callable[[], object]:
    """Return what makes an object of a size class that nothing else refers to and the collector does not look at."""
    if size == ALIGNMENT:
        return object
    if size == 2 * ALIGNMENT:
        return lambda: float(len(_filling))
    return lambda: bytes(size - _BYTES_OVERHEAD)


def _fill_class(make: Callable[[], object], capacity: int) -> None:
    """Make objects until a whole pool was filled by nothing else: then no used pool had a block left."""
    pool, in_it = 0, 0
    for _ in range(MOST):
        block = make()
        _filling.append(block)
        address = id(block) // POOL
        in_it = in_it + 1 if address == pool else 1
        pool = address
        if in_it >= capacity:
            return
