"""What a worker may do: its own root-owned file says at most, and what a backend sends can only tighten that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sagews.errors import SagewsError
from sagews.model.sessions import Isolation
from sagews.wire import worker as wire


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """The bounds of a worker.

    Attributes:
        capacity: sessions at once.
        minimum: least isolation level.
        flavours: those that may be started; None: all that the launcher has.
        keep_seconds: how long sessions outlive a lost link.
        run_seconds: wall-clock time of one run.
    """

    capacity: int = 64
    minimum: Isolation = Isolation.NAMESPACES
    flavours: tuple[str, ...] | None = None
    keep_seconds: float = 120.0
    run_seconds: float = 24 * 3600.0

    def tightened(self, wanted: wire.WorkerSettings) -> LocalSettings:
        """Return the tighter of both in every field.

        Raises:
            SagewsError: `bad-value` for an isolation level that does not exist.
        """
        return LocalSettings(
            min(self.capacity, wanted.capacity or self.capacity),
            self.minimum if wanted.minimum is None else stronger(self.minimum, wanted.minimum),
            common(self.flavours, wanted.flavours),
            min(self.keep_seconds, wanted.keep_seconds or self.keep_seconds),
            min(self.run_seconds, wanted.run_seconds or self.run_seconds),
        )

    def allows(self, flavours: Sequence[str]) -> list[str]:
        """Return those flavours that may be started."""
        return [name for name in flavours if self.flavours is None or name in self.flavours]

    def require(self, level: Isolation) -> None:
        """Raise `isolation` when a level is below the minimum."""
        if not level.suffices(self.minimum):
            advice = "Start the worker with more rights or lower isolation.minimum."
            raise SagewsError("isolation", level=level, minimum=self.minimum, advice=advice)


def stronger(minimum: Isolation, wanted: str) -> Isolation:
    """Return the stronger of two levels."""
    try:
        other = Isolation(wanted)
    except ValueError:
        raise SagewsError("bad-value", field="minimum", reason="there is no such level") from None
    return minimum if minimum.suffices(other) else other


def common(allowed: tuple[str, ...] | None, wanted: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the flavours in both, where None stands for all."""
    if allowed is None or wanted is None:
        return allowed if wanted is None else wanted
    return tuple(name for name in allowed if name in wanted)
