"""What a zygote loads before it forks, and what a forked child does before it is handed over."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import types
from typing import Any

_loaded: dict[str, dict[str, Any]] = {}

FLAVOURS = ("python", "sage")


def preload(flavour: str) -> None:
    """Import and warm everything that cells of this flavour use; the caller freezes the collector afterwards.

    Raises:
        ValueError: for an unknown flavour.
        ImportError: when something is not installed.
    """
    if flavour not in FLAVOURS:
        raise ValueError(f"no flavour {flavour}")
    gc.disable()
    from sagews.session import warming

    main = types.ModuleType("__main__", "The cells of this session.")
    sys.modules["__main__"] = main
    namespace = vars(main)
    namespace["__builtins__"] = __builtins__
    _loaded[flavour] = namespace
    warming.warm_python(namespace)


def namespace(flavour: str) -> dict[str, Any]:
    """Return the globals of this process's cells."""
    return _loaded[flavour]


def reseed() -> None:
    """Give this process random numbers of its own."""
    random.seed(os.urandom(32))


def prepare() -> None:
    """Make a forked child ready for cells: signals, randomness, the collector, and pages that cells touch."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    reseed()
    gc.enable()
