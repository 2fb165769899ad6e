"""What others learn of an output, and what they add to it."""

from __future__ import annotations

from typing import Protocol

from sagews.wire.session.frames import DisplayFrame, ErrorFrame, ResultFrame

Shown = DisplayFrame | ResultFrame | ErrorFrame


class Recorder(Protocol):
    """Learns what comes into an area, so that the same can be shown once more in another one."""

    def text(self, name: str, text: str) -> None:
        """Something was printed."""

    def shown(self, value: Shown) -> None:
        """Something was shown."""

    def cleared(self) -> None:
        """Everything was taken away."""

    def gone(self) -> None:
        """The area is no more."""


class Timed(Protocol):
    """Something that is sent a little later: the pump asks."""

    @property
    def due(self) -> float | None:
        """When `flush_due` is to be called, on the monotonic clock; None while nothing waits."""

    def flush_due(self, now: float) -> None:
        """Send what has waited long enough."""
