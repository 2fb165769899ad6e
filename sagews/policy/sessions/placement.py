"""Which worker gets the next session: the one that holds the workspace's files, else the least loaded that suffices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sagews.errors import SagewsError
from sagews.model.sessions import Isolation, WorkerInfo


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker that is connected, and how many sessions it has."""

    info: WorkerInfo
    sessions: int


def choose(candidates: Sequence[Candidate], flavour: str | None, minimum: Isolation, holder: str | None) -> str:
    """Return the id of the worker to use.

    Args:
        candidates: workers that are connected.
        flavour: which session interpreter; None when only a place for files is wanted.
        minimum: the weakest level of isolation that will do.
        holder: id of the worker that holds the files, if one does: another would need them moved first.

    Raises:
        SagewsError: `no-worker` when none is connected or free, `unknown-flavour`, `isolation`.
    """
    if not candidates:
        raise SagewsError("no-worker")
    strong = [candidate for candidate in candidates if candidate.info.level.suffices(minimum)]
    if not strong:
        level = max(candidates, key=lambda candidate: -list(Isolation).index(candidate.info.level)).info.level
        raise SagewsError("isolation", level=level, minimum=minimum, advice="Ask the operator for a stronger worker.")
    able = [candidate for candidate in strong if flavour is None or flavour in candidate.info.flavours]
    if not able:
        known = sorted({name for candidate in strong for name in candidate.info.flavours})
        raise SagewsError("unknown-flavour", flavour=str(flavour)[:40], known=", ".join(known) or "none")
    if flavour is None:
        # Saves need a machine, and no room among its sessions; one without any capacity can't be reached now.
        free = [candidate for candidate in able if candidate.info.capacity or candidate.info.id == holder]
    else:
        free = [candidate for candidate in able if candidate.sessions < candidate.info.capacity]
    for candidate in free:
        if candidate.info.id == holder:
            return candidate.info.id
    if not free or holder in {candidate.info.id for candidate in candidates}:
        raise SagewsError("no-worker")
    return min(free, key=lambda candidate: (candidate.sessions / candidate.info.capacity, candidate.info.id)).info.id
