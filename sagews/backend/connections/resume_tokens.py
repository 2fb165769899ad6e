"""The secrets by which a page comes back without asking the frontend: one use each, a new one with every handshake.

They live in this process's memory only, hashed, so a backend that restarts asks for a fresh ticket.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from sagews.backend.connections.principal import Identity
from sagews.policy.accounts.tokens import hashed, is_secret, new_secret

MAX_SECRETS = 50_000


@dataclass(slots=True)
class _Kept:
    identity: Identity
    connection: str
    lost: float | None


class ResumeSecrets:
    """All resume secrets that are good.

    Args:
        clock: tells the time.
        seconds: how long a secret is good after its connection was lost.
    """

    def __init__(self, clock: IReactorTime, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._kept: dict[bytes, _Kept] = {}
        # Those whose connection was lost, the longest ago first, so that nothing needs to look at all secrets: when a
        # network fails, ten thousand connections are lost in one moment.
        self._lost: OrderedDict[bytes, None] = OrderedDict()
        self._of_connection: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def issue(self, identity: Identity, connection: str) -> str:
        """Return a new secret for a connection."""
        secret = new_secret()
        key = hashed(secret)
        self._kept[key] = _Kept(identity, connection, None)
        self._of_connection[connection] = key
        while len(self._kept) > MAX_SECRETS:
            self._remove(next(iter(self._lost or self._kept)))
        return secret

    def spend(self, secret: str) -> tuple[Identity, str] | None:
        """Return whom a secret belongs to and the connection that got it, and spend it; None if it is not good."""
        kept = self._remove(hashed(secret)) if is_secret(secret) else None
        if kept is None or self._expired(kept):
            return None
        return kept.identity, kept.connection

    def lost(self, connection: str) -> None:
        """Start the time that is left for the secret of a connection that was lost."""
        key = self._of_connection.get(connection)
        if key is not None:
            self._kept[key].lost = self._clock.seconds()
            self._lost[key] = None
        self.expire()

    def revoke(self, connection: str) -> None:
        """Make the secret of a connection worthless."""
        key = self._of_connection.get(connection)
        if key is not None:
            self._remove(key)

    def expire(self) -> None:
        """Forget secrets that are not good any more."""
        while self._lost and self._expired(self._kept[next(iter(self._lost))]):
            self._remove(next(iter(self._lost)))

    def _expired(self, kept: _Kept) -> bool:
        return kept.lost is not None and self._clock.seconds() - kept.lost > self._seconds

    def _remove(self, key: bytes) -> _Kept | None:
        kept = self._kept.pop(key, None)
        self._lost.pop(key, None)
        if kept is not None:
            self._of_connection.pop(kept.connection, None)
        return kept
