"""The other daemons of the data folder, asked over their control sockets: their state, their sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sagews.model.identifiers import SessionId, UserId
from sagews.ops.control import Answering, ask_siblings
from sagews.ops.folders import Layout
from sagews.wire.control import AskEndSession, AskSessions, AskStatus, AskUsed, ControlQuestion

# A page waits for it, and shows what there is without those who are busy for longer.
SECONDS = 5.0
UNANSWERED: Mapping[str, Any] = {"state": "does not answer"}


class Siblings:
    """Every daemon of a data folder, this one included.

    Args:
        reactor: for the connections.
        layout: the data folder.
        name: of this daemon, which is asked without a socket.
        own: answers for it.
    """

    def __init__(self, reactor: Any, layout: Layout, name: str, own: Answering) -> None:
        self._reactor = reactor
        self._layout = layout
        self._name = name
        self._own = own

    async def status(self) -> dict[str, Any]:
        """Return what the status page shows: of this process, and of others what it has not itself."""
        shown = await self._own(AskStatus())
        others = await ask_siblings(self._reactor, self._layout, AskStatus(), but=self._name, seconds=SECONDS)
        for found in filter(None, others.values()):
            shown |= {key: value for key, value in found.items() if shown.get(key) is None}
        named = {name: UNANSWERED if found is None else found for name, found in others.items()}
        return {**shown, "others": named} if named else shown

    async def sessions(self) -> Sequence[Mapping[str, Any]]:
        """Return every session that is alive, the oldest first."""
        found = [each for answer in await self._all(AskSessions()) for each in answer.get("sessions") or ()]
        return sorted(found, key=lambda each: str(each.get("id")))

    async def end_session(self, session: SessionId) -> bool:
        """End a session; False if there is none."""
        return any(answer.get("ended") for answer in await self._all(AskEndSession(session)))

    async def used(self, user: UserId) -> Mapping[str, int] | None:
        """Return what an account has at this moment in the backends of this machine; None where none answers."""
        found = [used for answer in await self._all(AskUsed(user)) if (used := answer.get("used")) is not None]
        if not found:
            return None
        return {key: sum(each.get(key, 0) for each in found) for each in found for key in each}

    async def _all(self, question: ControlQuestion) -> list[dict[str, Any]]:
        others = await ask_siblings(self._reactor, self._layout, question, but=self._name, seconds=SECONDS)
        return [await self._own(question), *(found for found in others.values() if found is not None)]
