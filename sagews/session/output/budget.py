"""How much of a cell's printed text is shown: the first and the last 64 KiB always, the middle goes elsewhere.

Pure: bytes come in, and bytes go out through three callables, so that it can be tested without a process. The text that
is passed on never splits a character, nor a line of ordinary length, and never grows beyond the two limits, however
much a cell prints.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

HEAD = 64 * 1024
TAIL = 64 * 1024
LINE = 1024
"""How much less than it may be is shown, so that what is shown ends or begins with a whole line."""
BETWEEN, BETWEEN_ALL = 4 * 1024, 64 * 1024
"""How much of what is held is shown before a picture or value that follows it, and before all of them together."""


@dataclass(slots=True)
class Omitted:
    """What was not shown: bytes and lines of the middle."""

    bytes: int = 0
    lines: int = 0


class CellBudget:
    """The budget of one cell.

    Args:
        show: takes a stream's name and UTF-8 bytes that are to be sent now.
        spill: takes bytes of the middle, in order.
        head: how many bytes are shown as they come.
        tail: how many of the last bytes are kept for the end.
    """

    def __init__(
        self,
        show: Callable[[str, bytes], None],
        spill: Callable[[bytes], None],
        head: int = HEAD,
        tail: int = TAIL,
    ) -> None:
        self._show = show
        self._spill = spill
        self._head = head
        self._tail = tail
        self._last: deque[tuple[str, bytes]] = deque()
        self._held = 0
        self._between = BETWEEN_ALL
        self._at_start = True
        self.omitted = Omitted()

    def add(self, name: str, data: bytes) -> None:
        """Take printed UTF-8 bytes: show them while the head lasts, else keep them and spill what is older."""
        if self._head > 0:
            shown, data = cut_line(data, self._head, self._at_start)
            self._head = 0 if data else self._head - len(shown)
            if shown:
                self._at_start = shown.endswith(b"\n")
                self._show(name, shown)
        if data:
            self._last.append((name, data))
            self._held += len(data)
            # Twice, so that a flood is cut in large pieces and not at each print.
            if self._held > 2 * self._tail:
                self._trim(self._tail)

    @property
    def open(self) -> bool:
        """Whether text is still shown as it comes."""
        return self._head > 0

    def pass_on(self, most: int | None = None) -> None:
        """Show the latest of what is held, because something else is shown now; what is older goes elsewhere.

        Args:
            most: bytes; by default what is left for this purpose, and then nothing: the text waits for the end.
        """
        if not self._last:
            return
        if most is None:
            most = min(BETWEEN, self._between)
            self._between -= min(most, self._held)
        if most:
            self._trim(most)
            self._show_held()

    def finish(self, marker: Callable[[Omitted], None]) -> None:
        """Show the tail; marker is called before it when something was left out."""
        self._trim(self._tail)
        if self.omitted.bytes:
            marker(self.omitted)
        self._show_held()

    def _show_held(self) -> None:
        while self._last:
            self._show(*self._last.popleft())
        self._held = 0

    def _trim(self, most: int) -> None:
        """Leave out what is older than the last so many bytes."""
        while self._held > most:
            name, data = self._last.popleft()
            self._held -= len(data)
            surplus = most - self._held
            if surplus > 0:
                kept = later_lines(data, surplus) or (b"" if self._last else later(data, surplus))
                data = data[: len(data) - len(kept)]
                if kept:
                    self._last.appendleft((name, kept))
                    self._held += len(kept)
            self._leave_out(data)
            if surplus > 0:
                return

    def _leave_out(self, data: bytes) -> None:
        self.omitted.bytes += len(data)
        self.omitted.lines += data.count(b"\n")
        self._spill(data)


def cut(data: bytes, most: int) -> tuple[bytes, bytes]:
    """Split UTF-8 after at most so many bytes, between two characters."""
    if len(data) <= most:
        return data, b""
    end = most
    # Not inside of a character, of which both halves would be unreadable.
    while end > 0 and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end], data[end:]


def cut_line(data: bytes, most: int, at_start: bool) -> tuple[bytes, bytes]:
    """Split UTF-8 after at most so many bytes: behind the end of a line that is near, else between two characters.

    Args:
        data: what is split.
        most: bytes of the first part.
        at_start: whether a line begins with the data.
    """
    shown, rest = cut(data, most)
    end = shown.rfind(b"\n") + 1
    return (data[:end], data[end:]) if rest and (end or at_start) and len(shown) - end <= LINE else (shown, rest)


def later_lines(data: bytes, most: int) -> bytes:
    """Return the last whole lines of UTF-8 that fit into so many bytes; of a long line its last whole characters."""
    kept = later(data, most)
    left_out = len(data) - len(kept)
    if left_out == 0 or data[left_out - 1 : left_out] == b"\n":
        return kept
    start = kept.find(b"\n", 0, LINE) + 1
    return kept[start:]


def later(data: bytes, most: int) -> bytes:
    """Return the last whole characters of UTF-8 that fit into so many bytes."""
    start = max(0, len(data) - most)
    while start < len(data) and data[start] & 0xC0 == 0x80:
        start += 1
    return data[start:]
