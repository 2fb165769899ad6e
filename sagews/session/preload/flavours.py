"""What a zygote loads before it forks, and what a forked child does before it is handed over.

The order is: `preload` in the zygote (its caller then calls gc.freeze()), fork, harden, `prepare`, wait, and at last
the kind of session that is asked for. Nothing here starts a thread or a process.
"""

from __future__ import annotations

import gc
import signal
import sys
import types
from typing import Any

from sagews.session.evaluation import preparser
from sagews.session.evaluation.loaded import Loaded, all_loaded, keep
from sagews.session.kinds import table
from sagews.session.magics import shell
from sagews.session.magics import table as magics
from sagews.session.preload import heap_gaps, page_warmup, reseeding, sage_numbers, warming

FLAVOURS = ("python", "sage")
# CPython specialises code that runs often, and writes that into it: each session would otherwise copy these pages.
REHEARSALS = 20
"""How often the zygote runs the first cell of its children itself: until then code is rewritten in place."""


def preload(flavour: str) -> None:
    """Import and warm everything that cells of this flavour use. Takes seconds; turns the collector off.

    Raises:
        ValueError: for an unknown flavour.
        ImportError: when something is not installed.
    """
    if flavour not in FLAVOURS:
        raise ValueError(f"no flavour {flavour}")
    # Until the fork: a collection writes into every object, and each page that is written is copied.
    gc.disable()
    table.load()
    shell.install()
    magics.load()
    namespace = _main_module()
    warming.warm_python(namespace)
    preparse = None
    if flavour == "sage":
        warming.warm_sage(namespace)
        sage_numbers.teach_json()
        page_warmup.make_temporary_folder()
        preparse = preparser.preparsed
    loaded = Loaded(namespace, preparse, warming.versions(), dict(namespace))
    keep(flavour, loaded)
    _rehearse(loaded)
    heap_gaps.fill()


def _rehearse(loaded: Loaded) -> None:
    """Do in the zygote what every child does: whatever is written for good by doing it once is shared then."""
    for _ in range(REHEARSALS):
        reseeding.reseed()
        page_warmup.touch(loaded)


def prepare() -> None:
    """Make a forked child ready for cells: signals, randomness, files, the collector, and pages that cells touch."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "cysignals.signals" in sys.modules:
        # Only its own C handler can interrupt PARI and Singular; Python's would have replaced it.
        sys.modules["cysignals.signals"].init_cysignals()
    reseeding.reseed()
    page_warmup.make_temporary_folder()
    gc.enable()
    for each in all_loaded():
        page_warmup.touch(each)
        page_warmup.begin(each)


def _main_module() -> dict[str, Any]:
    """Make the module in which cells run, so that pickle and dataclasses find what cells define."""
    module = types.ModuleType("__main__", "The cells of this session.")
    sys.modules["__main__"] = module
    names = vars(module)
    names["__builtins__"] = sys.modules["builtins"]
    return names
