"""What is printed or shown for runs that are over: gathered, and bounded for each of them.

A thread that prints for ever must not fill the database with a cell that nobody runs any more, so a run that is over
may have little, once and for all; running its cell again begins anew.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from sagews.session.output.areas.places import RunPlaces
from sagews.session.output.text_buffer import TextBuffer
from sagews.wire.session.frames import LATE_RUNS

CHARACTERS = 64 * 1024
SHOWN_BYTES = 1024 * 1024
# Nobody waits for it as for the lines of a cell that runs, and each piece is a row of its own in the database.
DELAY = 0.2
NO_MORE = "\nWhat else is printed after the end of this cell is not shown.\n"


@dataclass(slots=True)
class LateRun:
    """One run that is over.

    Attributes:
        places: its areas.
        characters, shown: how much of text, and bytes of what else, it may still have.
        heading: the latest that was printed, so that each origin is named where it begins.
        text: waits to be sent.
    """

    places: RunPlaces
    characters: int = CHARACTERS
    shown: int = SHOWN_BYTES
    heading: str = ""
    text: TextBuffer = field(default_factory=TextBuffer)


class LateOutput:
    """That of all runs that are over and not forgotten.

    Args:
        stream: sends text of a run: its id, the name of the stream, the text.
        wake: makes somebody look at `due`.

    Attributes:
        due: when `flush` is to be called, on the monotonic clock; None while nothing waits.
    """

    def __init__(self, stream: Callable[[str, str, str], None], wake: Callable[[], None]) -> None:
        self._stream = stream
        self._wake = wake
        self._runs: OrderedDict[str, LateRun] = OrderedDict()
        self._kept: set[str] = set()
        self.due: float | None = None

    def add(self, run: str, places: RunPlaces) -> None:
        """Take a run that ends now; the oldest is forgotten in the moment in which the worker forgets it."""
        self._runs[run] = LateRun(places)
        # Each cell comes by here: no walk over all that are known.
        excess = len(self._runs) - LATE_RUNS - sum(each in self._runs for each in self._kept)
        if excess > 0:
            loose = (each for each in self._runs if each not in self._kept)
            for each in list(islice(loose, excess)):
                del self._runs[each]

    def keep(self, run: str) -> None:
        """Forget a run not before `release`: an interact may show more for it."""
        self._kept.add(run)

    def release(self, run: str) -> None:
        """Forget it as others."""
        self._kept.discard(run)

    def __contains__(self, run: str) -> bool:
        return run in self._runs

    def places(self, run: str) -> RunPlaces | None:
        """Return the areas of a run; None if it is not known."""
        late = self._runs.get(run)
        return None if late is None else late.places

    def clear(self, run: str) -> None:
        """Let a run begin anew: what was printed and shown for it goes, and what waits to be sent."""
        late = self._runs.get(run)
        if late is not None:
            late.text.take()
            late.characters, late.shown = CHARACTERS, SHOWN_BYTES

    def grows(self, run: str, growth: int) -> bool:
        """Count that what a run shows becomes larger or smaller; False where that is too much."""
        late = self._runs.get(run)
        if late is None or growth > late.shown:
            return False
        late.shown -= growth
        return True

    def write(self, run: str, heading: str, name: str, text: str) -> None:
        """Take what is printed for a run, or forget it, where it has had its share or is not known."""
        late = self._runs.get(run)
        if late is None or not late.characters:
            return
        if heading != late.heading:
            late.heading = heading
            late.text.add("stderr", heading)
            late.characters -= min(late.characters, len(heading))
        fits = text[: late.characters]
        late.text.add(name, fits)
        late.characters -= len(fits)
        if not late.characters:
            late.text.add("stderr", NO_MORE)
        if self.due is None:
            self.due = time.monotonic() + DELAY
            self._wake()

    def admits(self, run: str, size: int) -> bool:
        """Whether so many bytes may be shown for a run behind what was printed for it; counts them if so."""
        late = self._runs.get(run)
        if late is None or size > late.shown:
            return False
        late.shown -= size
        self._send(run, late)
        return True

    def flush(self) -> None:
        """Send what waits."""
        self.due = None
        for run, late in list(self._runs.items()):
            self._send(run, late)

    def _send(self, run: str, late: LateRun) -> None:
        if late.text.size:
            for name, text in late.text.take():
                self._stream(run, name, text)
