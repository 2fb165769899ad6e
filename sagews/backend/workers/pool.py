"""The workers that are connected, as a backend sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from sagews.backend.workers.line import Moved, SessionLine
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.sessions import Isolation
from sagews.policy.sessions.placement import Candidate, choose

USUAL = "sage"


class Hosts:
    """All session hosts, and how many sessions we have on each."""

    def __init__(self, minimum: Isolation, hosts: Iterable[ISessionHost] = ()) -> None:
        self._minimum = minimum
        self._hosts: dict[str, ISessionHost] = {host.info.id: host for host in hosts}
        self._sessions: Counter[str] = Counter()
        self._line = SessionLine(self._reserve)

    def __len__(self) -> int:
        return len(self._hosts)

    def add(self, host: ISessionHost) -> None:
        """Take a worker that registered, or whose link is back; one of the same id is replaced."""
        self._hosts[host.info.id] = host
        self._line.move_up()

    def remove(self, host: ISessionHost) -> None:
        """Forget a worker."""
        if self._hosts.get(host.info.id) is host:
            del self._hosts[host.info.id]
            self._line.move_up()

    def holds(self, host: ISessionHost | None) -> bool:
        """Whether a worker is connected."""
        return host is not None and self._hosts.get(host.info.id) is host

    def choose(self, flavour: str | None, holder: ISessionHost | None) -> ISessionHost:
        """Return the worker for a new session, or for files when the flavour is None (policy/sessions/placement.py)."""
        candidates = [Candidate(host.info, self._load(name)) for name, host in self._hosts.items()]
        known = holder.info.id if holder is not None and self.holds(holder) else None
        return self._hosts[choose(candidates, flavour, self._minimum, known)]

    def _load(self, name: str) -> int:
        """The sessions of a worker: ours from the moment they are asked for, and other backends' as it says itself."""
        # The larger: what a worker says of itself lags behind what was just asked for, and a burst would all go to one.
        return max(self._sessions[name], self._hosts[name].info.sessions)

    async def take(self, flavour: str, holder: Callable[[], ISessionHost | None], moved: Moved) -> ISessionHost:
        """Return the worker for a new session, which counts from now on; while all are full it waits in line.

        Raises:
            SagewsError: as `choose`, and `left-line`.
        """
        return await self._line.take(flavour, holder, moved)

    def _reserve(self, flavour: str, holder: ISessionHost | None) -> ISessionHost | None:
        """Count a session on the worker for it; None while those that would do are full."""
        try:
            host = self.choose(flavour, holder)
        except SagewsError as error:
            if error.code == "no-worker" and self._hosts:
                return None
            raise
        self._sessions[host.info.id] += 1
        return host

    def tick(self) -> None:
        """Look whether room has come of which nobody told: other backends' sessions end too."""
        if self._line:
            self._line.move_up()

    def count(self, host: ISessionHost, change: int) -> None:
        """Note that a session began (1) or ended (-1)."""
        self._sessions[host.info.id] = max(0, self._sessions[host.info.id] + change)
        if change < 0:
            self._line.move_up()

    def flavours(self) -> list[str]:
        """Return every flavour that some worker has."""
        return sorted({flavour for host in self._hosts.values() for flavour in host.info.flavours})

    def usual_flavour(self) -> str:
        """Return what a new worksheet asks for: Sage, unless there are workers and none of them has it."""
        known = self.flavours()
        return USUAL if USUAL in known or not known else known[0]

    def status(self) -> list[dict[str, object]]:
        """Return what the status page shows of each worker."""
        return [
            {
                "id": name,
                "level": host.info.level.value,
                "flavours": list(host.info.flavours),
                "sessions": self._load(name),
                "capacity": host.info.capacity,
            }
            for name, host in self._hosts.items()
        ]
