"""How much history an account may have: asked before anything is stored, and how room is made within it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.history import IHistoryStore
from sagews.interfaces.usage import IUsageStore
from sagews.model.accounts import Privilege, User
from sagews.model.history import StoredAutosave
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.policy.history.thinning import in_parts, to_make_room
from sagews.policy.quotas.resources import Resource, allowed, exceeded

MOST_AUTOSAVES = 5_000


async def older_autosaves(store: IHistoryStore, workspace: WorkspaceId) -> list[StoredAutosave]:
    """Return the autosaves of a workspace that may go: all that nothing needs but the newest one, oldest first."""
    found: list[StoredAutosave] = await store.autosaves(workspace, datetime.max.replace(tzinfo=UTC), MOST_AUTOSAVES)
    return [autosave for autosave in found[:-1] if not autosave.needed]


async def remove_all(store: IHistoryStore, workspace: WorkspaceId, autosaves: Iterable[StoredAutosave]) -> int:
    """Remove autosaves, some in each statement; returns the bytes that this freed."""
    return sum([await store.remove_autosaves(workspace, part) for part in in_parts(autosaves)])


async def thin_all(store: IHistoryStore, workspace: WorkspaceId) -> int:
    """Remove all autosaves of a workspace but the newest; returns the bytes that they took."""
    return await remove_all(store, workspace, await older_autosaves(store, workspace))


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

    async def check(self, workspace: WorkspaceId) -> None:
        """Remove nothing, but find out whether there is any room, or older autosaves that could make some.

        Raises:
            SagewsError: `history-full`, as `make_room`.
        """
        await self._may_go(workspace, 1)

    async def check_names(self, workspace: WorkspaceId, user: UserId) -> None:
        """Find out whether a person may name another version of a workspace.

        The owner's named versions are bounded by the quota that they count against. Another's count against the owner's
        too, who did not ask for them: so many of those may be.

        Raises:
            SagewsError: `limit`, with how to have one less.
        """
        found = await self._usage.history_beside(workspace)
        if found is None or found[0] == user:
            return
        account: User | None = await self._accounts.user(user)
        most = self._allowed(account, Resource.NAMED_VERSIONS)
        if await self._store.named_by(workspace, user) >= most:
            raise exceeded(Resource.NAMED_VERSIONS, most)

    async def make_room(self, workspace: WorkspaceId, size: int) -> None:
        """See to it that there is room for so many bytes; older autosaves of the workspace go before it is refused.

        As few of them go as make room, the oldest first; none when all of them together would not.

        Raises:
            SagewsError: `history-full`, with what is used and left and how to free some.
        """
        # A few files that are large, in autosaves a minute apart, would fill any quota in an hour.
        doomed = await self._may_go(workspace, size)
        if doomed:
            await remove_all(self._store, workspace, doomed)
            refusal, _ = await self._lacking(workspace, size)
            if refusal is not None:
                raise refusal

    async def _may_go(self, workspace: WorkspaceId, size: int) -> Sequence[StoredAutosave]:
        """Return the autosaves that have to go for so many bytes; raises `history-full` when that is not enough."""
        refusal, lacking = await self._lacking(workspace, size)
        if refusal is None:
            return ()
        older = await older_autosaves(self._store, workspace)
        doomed = to_make_room([each for each in older if not self._wanted[each.commit]], lacking)
        if doomed is None:
            raise refusal
        return doomed

    async def _lacking(self, workspace: WorkspaceId, size: int) -> tuple[SagewsError | None, int]:
        """Return the refusal (None where there is room) and how many bytes too many it would be."""
        found = await self._usage.history_beside(workspace)
        if found is None:
            return None, 0
        owner, used = found
        user: User | None = await self._accounts.user(owner)
        most = self._allowed(user, Resource.HISTORY)
        lacking = used + size - most
        return (exceeded(Resource.HISTORY, most, used), lacking) if lacking > 0 else (None, 0)

    def _allowed(self, user: User | None, resource: Resource) -> int:
        return allowed(self._quotas[Privilege.USER if user is None else user.privilege], resource)
