"""New randomness for a forked child: otherwise all sessions of a zygote would draw the same numbers."""

from __future__ import annotations

import os
import random
import sys


def reseed() -> None:
    """Seed every generator that is loaded, from the system. A generator that user code made is its own affair."""
    random.seed(os.urandom(64))
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed(_number(32))
    if "sage.misc.randstate" in sys.modules:
        _reseed_sage()


def _number(bits: int) -> int:
    return int.from_bytes(os.urandom(bits // 8), "big")


def _reseed_sage() -> None:
    """Sage's own seed does not reach PARI and GAP, which have been used in the zygote already."""
    from sage.libs.gap.libgap import libgap
    from sage.libs.pari import pari
    from sage.misc.randstate import set_random_seed

    set_random_seed(_number(128))
    pari.setrand(_number(56) + 1)
    for source in (libgap.GlobalMersenneTwister, libgap.GlobalRandomSource):
        libgap.Reset(source, _number(24))
