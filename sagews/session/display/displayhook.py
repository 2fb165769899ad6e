"""Where values and displays go: to the cell that runs, or to whatever captures them; showing.py has people's names."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sagews.session.display.mime import Formatters, bounded_bundle
from sagews.session.output.areas.displays import fits
from sagews.session.output.output import SessionOutput
from sagews.wire.session.frames import DisplayFrame, ResultFrame


class Stage:
    """Where the running cell shows things. There is one for each process.

    Attributes:
        formatters: made in the zygote.
        output: None while nothing is connected; what is shown then is formatted and dropped.
        run: the id of the running cell's run.
        widgets: shows the widget that a bundle names, if it does; None where nobody has imported any.
        steady: whether pictures take the place of others: they have the size that they were asked for, and are drawn
            once, where others are measured and then cut to what is in them.
    """

    def __init__(self) -> None:
        self.formatters: Formatters | None = None
        self.output: SessionOutput | None = None
        self.run = ""
        self.steady = False
        self._capturing: list[tuple[Any, Any]] | None = None
        self.widgets: Callable[[Mapping[str, Any]], bool] | None = None

    @property
    def is_captured(self) -> bool:
        """Whether what is shown is kept for somebody."""
        return self._capturing is not None

    @contextlib.contextmanager
    def captured(self, into: list[Any]) -> Iterator[None]:
        """Keep what is shown meanwhile as (data, metadata) in a list."""
        before, self._capturing = self._capturing, into
        try:
            yield
        finally:
            self._capturing = before

    def value(self, value: Any, last: bool) -> None:
        """Show the value of an expression."""
        if self.formatters is None:
            return
        data, metadata = self.formatters.bundle(value)
        if self._capturing is not None:
            self._capturing.append((data, metadata))
        elif self.output is not None and data:
            self.output.show(ResultFrame(self.run, data, metadata), now=not last)

    def display(self, value: Any) -> None:
        """Show an object now."""
        if self.formatters is not None:
            self.publish(*self.formatters.bundle(value))

    def publish(self, data: Mapping[str, Any], metadata: Mapping[str, Any], display: str = "") -> None:
        """Show a ready MIME bundle now; under a display id it can be replaced."""
        fit, told = bounded_bundle(data, metadata)
        if self._capturing is not None:
            self._capturing.append((fit, told))
        elif self.widgets is not None and self.widgets(fit):
            return
        elif self.output is not None and fit:
            self.output.show(DisplayFrame(self.run, fit, told, display=_on_the_wire(display)))

    def update(self, data: Mapping[str, Any], metadata: Mapping[str, Any], display: str) -> None:
        """Put a ready MIME bundle in place of everything that was shown under a display id."""
        fit, told = bounded_bundle(data, metadata)
        if self._capturing is not None:
            self._capturing.append((fit, told))
        elif self.output is not None and fit:
            self.output.update(_on_the_wire(display), fit, told)

    def clear(self, *, wait: bool) -> None:
        """Take away what the cell has shown where it shows things now: at once, or when it shows something else."""
        if self._capturing is not None:
            self._capturing.clear()
        elif self.output is not None:
            self.output.clear(wait=wait)


def _on_the_wire(display: str) -> str:
    """Return a display id as frames have it: people and libraries choose any text they like."""
    return display if not display or fits(display) else hashlib.sha256(display.encode("utf-8", "replace")).hexdigest()


stage = Stage()
