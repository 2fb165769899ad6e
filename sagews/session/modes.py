"""Languages and modes of cells: a first line that begins with % names one."""

from __future__ import annotations

from typing import Any

from sagews.wire.session import Run


class Modes:
    """Turns the source of a cell into Python, or handles the cell itself."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace

    def prepare(self, run: Run, filename: str) -> str | None:
        """Return Python to run, or None when the cell is done."""
        return run.source
