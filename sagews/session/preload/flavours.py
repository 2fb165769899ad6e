"""What a zygote loads before it forks, and what a forked child does before it is handed over.

The order is: `preload` in the zygote (its caller then calls gc.freeze()), fork, harden, `prepare`, wait, and at last
loop.serve. Nothing here starts a thread or a process.
"""

from __future__ import annotations

import gc
import signal
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

FLAVOURS = ("python", "sage")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A flavour that is in memory.

    Attributes:
        namespace: the globals of cells.
        preparse: Sage's language to Python, where there is Sage.
        versions: those of the libraries, by name.
    """

    namespace: dict[str, Any]
    preparse: Callable[[str], str] | None
    versions: Mapping[str, str] = field(default_factory=dict)


_loaded: dict[str, Loaded] = {}


def preload(flavour: str) -> None:
    """Import and warm everything that cells of this flavour use. Takes seconds; turns the collector off.

    Raises:
        ValueError: for an unknown flavour.
        ImportError: when something is not installed.
    """
    if flavour not in FLAVOURS:
        raise ValueError(f"no flavour {flavour}")
    gc.disable()
    # What children need is loaded here: an import after the fork would cost each of them time and memory.
    from sagews.session.evaluation import loop, preparser  # noqa: F401
    from sagews.session.preload import page_warmup, reseeding, warming  # noqa: F401

    namespace = _main_module()
    warming.warm_python(namespace)
    preparse = None
    if flavour == "sage":
        warming.warm_sage(namespace)
        preparse = preparser.preparsed
    _loaded[flavour] = Loaded(namespace, preparse, warming.versions())


def loaded(flavour: str) -> Loaded:
    """Return a preloaded flavour; raises KeyError before `preload`."""
    return _loaded[flavour]


def reseed() -> None:
    """Give this process random numbers that no other fork of the zygote has."""
    from sagews.session.preload import reseeding

    reseeding.reseed()


def prepare() -> None:
    """Make a forked child ready for cells: signals, randomness, files, the collector, and pages that cells touch."""
    from sagews.session.preload import page_warmup as touching

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "cysignals.signals" in sys.modules:
        # Only its own C handler can interrupt PARI and Singular; Python's would have replaced it.
        sys.modules["cysignals.signals"].init_cysignals()
    reseed()
    touching.own_temporary_folder()
    gc.enable()
    for flavour in _loaded:
        touching.touch(_loaded[flavour])


def _main_module() -> dict[str, Any]:
    """Make the module in which cells run, so that pickle and dataclasses find what cells define."""
    module = types.ModuleType("__main__", "The cells of this session.")
    sys.modules["__main__"] = module
    names = vars(module)
    names["__builtins__"] = sys.modules["builtins"]
    return names
