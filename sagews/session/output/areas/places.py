"""The areas of one run, and how much may still be printed and shown in each.

What is cleared counts no more: a loop that shows its progress in place may do so for hours, and is bounded by how much
of it is there at a time, and by its rate (replacing.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sagews.session.output.budget import CellBudget, Omitted
from sagews.session.output.spill import SpillFile
from sagews.wire.session.areas import MAX_AREA_DEPTH, MAX_AREAS, OWN, AreaTree

# Each picture is kept by the page and by the database; thousands of them would be a fault of the cell.
MAX_SHOWN = 500
MAX_SHOWN_BYTES = 8 * 1024 * 1024
MAX_FRAME = 3 * 1024 * 1024 + 256 * 1024

# Takes an area, the name of a stream and UTF-8 bytes.
Stream = Callable[[int, str, bytes], None]
Spilled = Callable[[str, Omitted, int], None]


@dataclass(slots=True)
class AreaShare:
    """What one area, or the run's own output, has of all that a run may show.

    Attributes:
        budget: of printed text; made with the first, for most cells only have a value.
        shown, size: displays and values that are there, and their bytes.
        unshown: those that were too many.
    """

    budget: CellBudget | None = None
    shown: int = 0
    size: int = 0
    unshown: int = 0


class RunPlaces:
    """Those of one run.

    Args:
        run: its id.
        home: the folder under which the middle of a long output goes into a file.
        stream: sends printed text.

    Attributes:
        here: the area in which what comes now stands.
        waiting: areas that are cleared when something comes in them.
        come: how often something has come right into an area.
    """

    __slots__ = ("_home", "_run", "_shares", "_spill", "_stream", "come", "here", "tree", "waiting")

    def __init__(self, run: str, home: str, stream: Stream) -> None:
        self._run = run
        self._home = home
        self._stream = stream
        self._spill: SpillFile | None = None
        self._shares: dict[int, AreaShare] = {}
        self.tree = AreaTree()
        self.here = OWN
        self.waiting: set[int] = set()
        self.come: Counter[int] = Counter()

    @property
    def budget(self) -> CellBudget | None:
        """The budget of printed text here, if anything was printed."""
        share = self._shares.get(self.here)
        return None if share is None else share.budget

    @property
    def is_live(self) -> bool:
        """Whether what is printed here is shown as it comes."""
        budget = self.budget
        return budget is None or budget.open

    def make(self) -> int:
        """Make an area here and return its number; raises RuntimeError where there is no room for one."""
        area = self.tree.free()
        if area is None:
            raise RuntimeError(f"A cell's output has at most {MAX_AREAS} areas.")
        if not self.tree.make(area, self.here):
            raise RuntimeError(
                f"Areas of output stand in each other at most {MAX_AREA_DEPTH} deep, where they still are."
            )
        self.come[self.here] += 1
        return area

    def clear(self, area: int) -> list[int]:
        """Forget what was shown in an area; returns it with the areas that went."""
        inside = self.tree.inside(area)
        gone = [area, *inside]
        self.tree.forget(inside)
        self.waiting.difference_update(gone)
        for each in gone:
            self._shares.pop(each, None)
            self.come.pop(each, None)
        if area == OWN and self._spill is not None:
            self._spill.begin_anew()
        return gone

    def print(self, name: str, data: bytes) -> None:
        """Pass printed text through the budget of where it stands."""
        self.come[self.here] += 1
        share = self._share()
        if share.budget is None:
            share.budget = self._new_budget()
        share.budget.add(name, data)

    def admits(self, size: int) -> bool:
        """Count a display or value of so many bytes; False where it is too much."""
        self.come[self.here] += 1
        share = self._share()
        shown = sum(each.shown for each in self._shares.values())
        fits = size <= MAX_FRAME and shown < MAX_SHOWN and self._size + size <= MAX_SHOWN_BYTES
        share.shown += fits
        share.size += size if fits else 0
        share.unshown += not fits
        return fits

    def grows(self, growth: int) -> bool:
        """Count that what was shown becomes larger or smaller by so many bytes; False where that is too much."""
        share = self._share()
        if growth > 0 and self._size + growth > MAX_SHOWN_BYTES:
            return False
        share.size += growth
        return True

    def finish(self, spilled: Spilled) -> int:
        """Show the ends of long texts and forget the budgets; returns how many displays were too many.

        Args:
            spilled: is told the path of the file that has the middle of the run's own output, what it is, and how many
                bytes are not in the file.
        """
        unshown = 0
        for area in list(self._shares):
            self.settle(area, spilled)
            unshown += self._shares[area].unshown
            self._shares[area].unshown = 0
        return unshown

    def settle(self, area: int, spilled: Spilled) -> None:
        """Show the end of what was printed in an area."""
        share = self._shares.get(area)
        if share is None or share.budget is None:
            return
        budget, share.budget = share.budget, None

        def omitted(what: Omitted) -> None:
            if area == OWN and self._spill is not None:
                spilled(self._spill.close(), what, self._spill.dropped)
            else:
                words = f"\n… {what.bytes} bytes in {what.lines} lines were left out here …\n"
                self._stream(area, "stderr", words.encode())

        budget.finish(omitted)
        if area == OWN:
            self._spill = None

    @property
    def _size(self) -> int:
        return sum(each.size for each in self._shares.values())

    def _share(self) -> AreaShare:
        share = self._shares.get(self.here)
        if share is None:
            share = self._shares[self.here] = AreaShare()
        return share

    def _new_budget(self) -> CellBudget:
        area = self.here

        def show(name: str, data: bytes) -> None:
            self._stream(area, name, data)

        if area != OWN:
            return CellBudget(show, _forget)
        self._spill = SpillFile(self._home, self._run)
        return CellBudget(show, self._spill.write)


def _forget(_: bytes) -> None:
    """Of an area the middle of a long text is kept nowhere."""
