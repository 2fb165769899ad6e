"""Printed text that waits to be sent: short pieces on two streams, in order, joined when they leave."""

from __future__ import annotations


class TextBuffer:
    """Pieces of text by stream.

    Attributes:
        size: characters that wait.
        name: the stream of the latest piece.
        pieces: the latest pieces, all of that stream. Whoever adds one (in a hurry, see output.py) adds to size too.
    """

    def __init__(self) -> None:
        self.size = 0
        self.name = ""
        self.pieces: list[str] = []
        self._runs: list[tuple[str, list[str]]] = []

    def add(self, name: str, text: str) -> None:
        """Append text to a stream."""
        if name != self.name:
            self.name, self.pieces = name, []
            self._runs.append((name, self.pieces))
        self.pieces.append(text)
        self.size += len(text)

    def take(self) -> list[tuple[str, str]]:
        """Take everything out, joined where one stream follows itself."""
        runs, self._runs = self._runs, []
        self.size, self.name, self.pieces = 0, "", []
        return [(name, "".join(pieces)) for name, pieces in runs]

    def keep(self, most: int) -> None:
        """Forget all but about so many of the latest characters."""
        if self.size > most:
            kept: list[tuple[str, str]] = []
            for name, text in reversed(self.take()):
                kept.insert(0, (name, text[-most:]))
                most -= len(text)
                if most <= 0:
                    break
            for name, text in kept:
                self.add(name, text)
