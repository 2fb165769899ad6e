"""Takes part in the import of a few packages: whoever never imports them has nothing of it, be it time or memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

After = Mapping[str, Callable[[Any], None]]


class Completed(Loader):
    """Loads a module as its own loader does, and completes it.

    Args:
        own: the module's loader.
        complete: is called with the module.
    """

    def __init__(self, own: Any, complete: Callable[[Any], None]) -> None:
        self._own = own
        self._complete = complete

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """See Loader."""
        made: ModuleType | None = self._own.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """See Loader."""
        self._own.exec_module(module)
        try:
            self._complete(module)
        except Exception as error:
            # A version that is made otherwise: the import is the person's, and goes on.
            sys.stderr.write(f"What {module.__name__} shows may stay text here: {error!r}\n")


class Finder(MetaPathFinder):
    """Finds the modules that are to be completed, and no others.

    Args:
        after: by the name of a module, what completes it.
    """

    def __init__(self, after: After) -> None:
        self._after = after

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See MetaPathFinder."""
        complete = self._after.get(fullname)
        spec = None if complete is None else PathFinder.find_spec(fullname, path, target)
        if complete is None or spec is None or spec.loader is None:
            return None
        spec.loader = Completed(spec.loader, complete)
        return spec


def after_import(after: After) -> None:
    """Have modules completed when they are imported; those that are there already, now."""
    sys.meta_path.insert(0, Finder(after))
    for name, complete in after.items():
        if name in sys.modules:
            complete(sys.modules[name])
