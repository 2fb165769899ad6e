"""In which runs something was shown under a display id: an update goes to each of them, be its cell long over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from sagews.wire.session.areas import MAX_DISPLAY_ID

MAX_DISPLAYS = 1000
MAX_RUNS = 8


class Displays:
    """All of one session, the latest of them."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, OrderedDict[str, int]] = OrderedDict()

    def note(self, display: str, run: str, size: int) -> None:
        """Learn that a run shows something of so many bytes under an id."""
        runs = self._runs.setdefault(display, OrderedDict())
        self._runs.move_to_end(display)
        runs[run] = size
        runs.move_to_end(run)
        if len(runs) > MAX_RUNS:
            runs.popitem(last=False)
        if len(self._runs) > MAX_DISPLAYS:
            self._runs.popitem(last=False)

    def runs(self, display: str, is_known: Callable[[str], bool]) -> list[tuple[str, int]]:
        """Return the runs that show something under an id, with its size; those that are not known are forgotten."""
        runs = self._runs.get(display, OrderedDict())
        for run in [run for run in runs if not is_known(run)]:
            del runs[run]
        return list(runs.items())


def fits(display: str) -> bool:
    """Whether a text can be a display id as it is."""
    return display.isascii() and display.isprintable() and 0 < len(display) <= MAX_DISPLAY_ID
