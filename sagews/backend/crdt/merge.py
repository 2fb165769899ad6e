"""How a live document is brought to another text with few edits: which cell is which, where it goes, what changes."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from sagews.backend.crdt.document import CellView
from sagews.model.identifiers import CellId, new_cell_id
from sagews.model.positions import spread
from sagews.model.worksheet.cells import Cell
from sagews.model.worksheet.lines import lines_of

# Comparing takes time with the square; a cell of this length is replaced as a whole.
MAX_LINES = 400
MAX_CHARACTERS = 400
MAX_CANDIDATES = 20
# Below it two cells share hardly more than Python's own words.
ALIKE = 0.6

# Of all comparisons of one merge, in pairs of characters: texts of two letters cost up to 80 ns for each pair.
MAX_PAIRS = 1_000_000

Edit = tuple[int, int, str]


def edit_text(text: Any, wanted: str) -> None:
    """Change a Text in place, run by run (within the caller's transaction).

    Runs are found in code points; indices of the library are offsets in UTF-8 bytes, and only this function knows it.
    """
    present = str(text)
    # From the end, so that what comes before keeps its offsets.
    for first, last, replacement in reversed(edits_between(present, wanted)):
        start = len(present[:first].encode())
        end = start + len(present[first:last].encode())
        if end > start:
            del text[start:end]
        if replacement:
            text.insert(start, replacement)


def edits_between(present: str, wanted: str) -> list[Edit]:
    """Return what to replace, as (first, last, replacement) in code points: by lines, then within short lines."""
    start = _common(present, wanted)
    end = _common(present[start:][::-1], wanted[start:][::-1])
    old, new = present[start : len(present) - end], wanted[start : len(wanted) - end]
    if not old and not new:
        return []
    if not old or not new:
        return [(start, start + len(old), new)]
    return [edit for block in _blocks(old, new) for edit in _within(old, block, start)]


def matched_ids(present: Sequence[CellView], cells: Sequence[Cell]) -> list[CellId]:
    """Return the id for each cell of a file: its own, else that of the live cell that it is, else a new one."""
    # A cell that the file names by its id is never taken for another that looks like it.
    named = {cell.id for cell in cells}
    free = {view.id: view for view in present if view.id not in named}
    exact: defaultdict[tuple[str, str], list[CellId]] = defaultdict(list)
    # Reversed, because they are taken from the end below: the first of several equal ones is matched first.
    for view in reversed(free.values()):
        exact[view.type, view.source].append(view.id)
    seen: set[str] = set()
    wanted: list[str | None] = []
    for cell in cells:
        identity: str | None = cell.id if cell.id not in seen else None
        if identity is None and exact[cell.type, cell.source]:
            identity = exact[cell.type, cell.source].pop()
            del free[CellId(identity)]
        wanted.append(identity)
        seen.add(identity or "")
    comparisons = _Comparisons(free.values())
    for number, cell in enumerate(cells):
        if wanted[number] is None:
            wanted[number] = comparisons.likely(cell)
    return own_ids(wanted, {view.id for view in present})


def own_ids(wanted: Sequence[str | None], avoid: set[CellId]) -> list[CellId]:
    """Return an id for each cell, new where it is missing or doubled; a new one is none of those to avoid."""
    taken: set[str] = {identity for identity in wanted if identity is not None} | avoid
    seen: set[str] = set()
    ids: list[CellId] = []
    for identity in wanted:
        if identity is None or identity in seen:
            identity = new_cell_id()
            while identity in taken:
                identity = new_cell_id()
            taken.add(identity)
        seen.add(identity)
        ids.append(CellId(identity))
    return ids


def positions_for(keys: Sequence[str | None]) -> list[str]:
    """Return positions in order that keep as many of the given ones as can be; None asks for a new one."""
    # As many cells as possible keep their positions, so that a move of one is not an edit of all.
    keep = _increasing(keys)
    result: list[str] = []
    number = 0
    while number < len(keys):
        end = number
        while end < len(keys) and end not in keep:
            end += 1
        following = keys[end] if end < len(keys) else None
        result += spread(result[-1] if result else None, following, end - number)
        if following is not None:
            result.append(following)
        number = end + 1
    return result


def _blocks(old: str, new: str) -> list[Edit]:
    """Runs of lines to replace, in code points; everything at once where comparing would take long."""
    before, after = lines_of(old), lines_of(new)
    if max(len(before), len(after)) > MAX_LINES:
        return [(0, len(old), new)]
    offsets = [0]
    for line in before:
        offsets.append(offsets[-1] + len(line))
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(offsets[a], offsets[b], "".join(after[c:d])) for tag, a, b, c, d in opcodes if tag != "equal"]


def _within(old: str, block: Edit, start: int) -> list[Edit]:
    """Runs of characters within a short block, else the block."""
    first, last, replacement = block
    if max(last - first, len(replacement)) > MAX_CHARACTERS:
        return [(start + first, start + last, replacement)]
    opcodes = SequenceMatcher(None, old[first:last], replacement, autojunk=False).get_opcodes()
    base = start + first
    return [(base + a, base + b, replacement[c:d]) for tag, a, b, c, d in opcodes if tag != "equal"]


def _common(one: str, other: str) -> int:
    """How many characters two texts start with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class _Comparisons:
    """Finds cells that were changed while they had no id, as long as that takes little time.

    Args:
        free: the live cells that nothing was found for.
    """

    def __init__(self, free: Iterable[CellView]) -> None:
        self._free: dict[str, dict[CellId, CellView]] = {}
        for view in free:
            self._free.setdefault(view.type, {})[view.id] = view
        self._pairs = MAX_PAIRS

    def likely(self, cell: Cell) -> CellId | None:
        """Take the first live cell without a match that says much the same."""
        candidates = self._free.get(cell.type, {})
        for view in islice(candidates.values(), MAX_CANDIDATES):
            if self._alike(view.source, cell.source):
                del candidates[view.id]
                return view.id
        return None

    def _alike(self, one: str, other: str) -> bool:
        """Whether two short texts are much the same; never, once too much was compared: the cell is then a new one."""
        if max(len(one), len(other)) > MAX_CHARACTERS:
            return one[:MAX_CHARACTERS] == other[:MAX_CHARACTERS]
        # Even the quick look, which only counts characters: there may be as many looks as pairs of cells.
        if not self._afford(len(one) + len(other)):
            return False
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        return matcher.quick_ratio() >= ALIKE and self._afford(len(one) * len(other)) and matcher.ratio() >= ALIKE

    def _afford(self, pairs: int) -> bool:
        """Take from what is left; False once it is used up."""
        self._pairs -= pairs
        return self._pairs > 0


def _increasing(keys: Sequence[str | None]) -> set[int]:
    """The numbers of a longest run of places that are in order already (patience sorting)."""
    tops: list[str] = []
    top_numbers: list[int] = []
    previous: dict[int, int | None] = {}
    for number, key in enumerate(keys):
        if key is None:
            continue
        pile = bisect_left(tops, key)
        previous[number] = top_numbers[pile - 1] if pile else None
        tops[pile : pile + 1] = [key]
        top_numbers[pile : pile + 1] = [number]
    chosen: set[int] = set()
    place_number = top_numbers[-1] if top_numbers else None
    while place_number is not None:
        chosen.add(place_number)
        place_number = previous[place_number]
    return chosen
