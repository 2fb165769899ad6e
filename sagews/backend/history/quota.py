"""How much history an account may have: asked before anything is stored, and how room is made within it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.history import IHistoryStore
from sagews.interfaces.usage import IUsageStore
from sagews.model.accounts import Privilege, User
from sagews.model.identifiers import WorkspaceId
from sagews.policy.quotas.resources import Resource, allowed, exceeded

# Few, because each may take many megabytes and no more are to go than have to.
AT_ONCE = 8
MOST_AUTOSAVES = 5_000


async def older_autosaves(store: IHistoryStore, workspace: WorkspaceId) -> list[list[str]]:
    """Return the autosaves of a workspace but the newest, oldest first, a few together."""
    found = [commit for commit, _ in await store.autosaves(workspace, datetime.max.replace(tzinfo=UTC), MOST_AUTOSAVES)]
    older = found[:-1]
    return [older[first : first + AT_ONCE] for first in range(0, len(older), AT_ONCE)]


async def thin_all(store: IHistoryStore, workspace: WorkspaceId) -> int:
    """Remove all autosaves of a workspace but the newest; returns the bytes that they took."""
    return sum([await store.remove_autosaves(workspace, some) for some in await older_autosaves(store, workspace)])


class HistoryQuota:
    """The quota of whoever owns a workspace.

    Args:
        usage: knows how much there is.
        accounts: know the owner.
        quotas: of each type of account.
        store: has the versions.
    """

    def __init__(
        self,
        usage: IUsageStore,
        accounts: IAccountStore,
        quotas: Mapping[Privilege, QuotaSection],
        store: IHistoryStore,
    ) -> None:
        self._usage = usage
        self._accounts = accounts
        self._quotas = quotas
        self._store = store
        self._wanted: Counter[str] = Counter()

    @contextmanager
    def keeping(self, commit: str) -> Iterator[None]:
        """Let no room be made of this version meanwhile: somebody goes back to it."""
        self._wanted[commit] += 1
        try:
            yield
        finally:
            self._wanted[commit] -= 1
            if not self._wanted[commit]:
                del self._wanted[commit]

    def change(self, quotas: Mapping[Privilege, QuotaSection]) -> None:
        """Allow so much from now on; who has more keeps it and gets no more."""
        self._quotas = quotas

    async def make_room(self, workspace: WorkspaceId, size: int) -> None:
        """See to it that there is room for so many bytes; older autosaves of the workspace go before it is refused.

        Raises:
            SagewsError: `history-full`, with what is used and left and how to free some.
        """
        refusal = await self._refusal(workspace, size)
        if refusal is None:
            return
        # A few files that are large, in autosaves a minute apart, would fill any quota in an hour.
        for some in await older_autosaves(self._store, workspace):
            await self._store.remove_autosaves(workspace, [commit for commit in some if not self._wanted[commit]])
            refusal = await self._refusal(workspace, size)
            if refusal is None:
                return
        raise refusal

    async def _refusal(self, workspace: WorkspaceId, size: int) -> SagewsError | None:
        found = await self._usage.history_beside(workspace)
        if found is None:
            return None
        owner, used = found
        user: User | None = await self._accounts.user(owner)
        most = allowed(self._quotas[Privilege.USER if user is None else user.privilege], Resource.HISTORY)
        return exceeded(Resource.HISTORY, most, used) if used + size > most else None
