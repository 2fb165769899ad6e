"""How much output the database has of each account's documents, known here so that no piece has to ask for it.

What the open documents of an account have is counted as it comes; what the others have is asked for when a document is
opened, and again before anything is refused, for somebody may have deleted some elsewhere. It belongs to the owner of
the workspace, whoever runs cells in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted.internet.defer import DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.usage import IUsageStore
from sagews.model.accounts import User
from sagews.model.identifiers import DocumentId, UserId
from sagews.model.sessions import MEBIBYTE
from sagews.net.background import run_in_background
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource, exceeded

# Of one account, between two questions because it may have no more.
ASK_SECONDS = 5.0
# What an account may have beyond its bound while that is asked.
SLACK = MEBIBYTE


@dataclass(slots=True)
class AccountOutputs:
    """One account's.

    Attributes:
        at_rest: bytes of documents that are not open.
        open: bytes of those that are.
        documents: those that are open.
        changes: how often a document was opened or closed.
        learned: how often that had been when what is at rest was asked for, if it has not happened since.
        asked: when it was asked for last, on the clock.
        turn: is held by who asks, so that no answer comes in place of a later one.
    """

    at_rest: int = 0
    open: int = 0
    documents: dict[DocumentId, DocumentOutputs] = field(default_factory=dict)
    changes: int = 0
    learned: int | None = None
    asked: float = float("-inf")
    turn: DeferredLock = field(default_factory=DeferredLock)

    @property
    def used(self) -> int:
        """Bytes of all."""
        return self.at_rest + self.open


class DocumentOutputs:
    """One open document's.

    Args:
        outputs: of all accounts.
        owner: of the workspace.
        account: of the owner.

    Attributes:
        size: bytes that the database has, or will have, of the last runs of cells.
        replaced: bytes that it still has of earlier ones.
    """

    __slots__ = ("_account", "_outputs", "_owner", "replaced", "size")

    def __init__(self, outputs: StoredOutputs, owner: UserId, account: AccountOutputs) -> None:
        self._outputs = outputs
        self._owner = owner
        self._account = account
        self.size = 0
        self.replaced = 0

    def refusal(self, size: int) -> SagewsError | None:
        """Return why so many bytes more are not kept, or None if they may be."""
        most = self._outputs.allowed(self._owner, Resource.WORKSHEET_OUTPUTS)
        # What was replaced goes at once; if it does not, because the database refuses, no more may come meanwhile.
        if self.size + size > most or self.replaced > most:
            return exceeded(Resource.WORKSHEET_OUTPUTS, most, self.size)
        most = self._outputs.allowed(self._owner, Resource.OUTPUTS)
        if self._account.used + size <= most:
            return None
        slack = SLACK if self._outputs.ask_again(self._owner, self._account) else 0
        if self._account.used + size <= most + slack:
            return None
        return exceeded(Resource.OUTPUTS, most, self._account.used)

    def add(self, size: int) -> None:
        """Count bytes that are on their way into the database."""
        self.size += size
        self._account.open += size

    def replace(self, size: int) -> None:
        """Count bytes as those of a run whose cell was run again, or whose output was cleared."""
        self.add(-size)
        self.replaced += size

    def close(self) -> None:
        """Count them with the documents at rest."""
        self._outputs.close(self._owner, self)


class StoredOutputs:
    """Those of all accounts with an open document.

    Args:
        clock: says when to ask again.
        usage: knows what is at rest.
        accounts: know the owners, who need not be here when somebody else opens their documents.
        ledger: says how much accounts may have.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, usage: IUsageStore, accounts: IAccountStore, ledger: Ledger) -> None:
        self._clock = clock
        self._usage = usage
        self._accounts = accounts
        self._ledger = ledger
        self._known: dict[UserId, AccountOutputs] = {}

    def allowed(self, owner: UserId, resource: Resource) -> int:
        """Return how many bytes an account may have."""
        return self._ledger.allowed(owner, resource)

    async def open(self, owner: UserId, document: DocumentId) -> DocumentOutputs:
        """Count a document among those that are open; raises SagewsError `database`."""
        account = self._known.setdefault(owner, AccountOutputs())
        # Before the store is asked, so that two documents that are opened together are in neither's sum.
        opened = account.documents[document] = DocumentOutputs(self, owner, account)
        account.changes += 1
        try:
            if not self._ledger.knows(owner):
                found: User | None = await self._accounts.user(owner)
                if found is not None:
                    self._ledger.know(found)
            await self._learn(owner, account)
        except BaseException:
            self.close(owner, opened)
            raise
        return opened

    def ask_again(self, owner: UserId, account: AccountOutputs) -> bool:
        """Ask what is at rest, unless that was done a moment ago; returns whether the answer is still to come."""
        if not account.turn.locked and self._clock.seconds() - account.asked >= ASK_SECONDS:
            account.learned = None
            self._begin_to_learn(owner, account)
        return bool(account.turn.locked)

    def _begin_to_learn(self, owner: UserId, account: AccountOutputs) -> None:
        run_in_background(self._learn(owner, account), self._log, "stored outputs", owner)

    async def _learn(self, owner: UserId, account: AccountOutputs) -> None:
        """Learn what is at rest, unless somebody just did; raises SagewsError `database`."""
        await account.turn.acquire()
        try:
            while account.learned != account.changes:
                changes = account.changes
                account.asked = self._clock.seconds()
                at_rest = await self._usage.outputs(owner, list(account.documents))
                # Else the answer is of other documents than those that are at rest now.
                if changes == account.changes:
                    account.at_rest, account.learned = at_rest, changes
        finally:
            account.turn.release()

    def close(self, owner: UserId, closed: DocumentOutputs) -> None:
        """Count a document among those at rest."""
        account = self._known.get(owner)
        if account is None:
            return
        for document, known in list(account.documents.items()):
            if known is closed:
                del account.documents[document]
                account.open -= closed.size
                account.at_rest += closed.size
                account.changes += 1
        if not account.documents:
            del self._known[owner]
        elif not account.turn.locked:
            # It may be closed because it could not be loaded, before it was known what it has.
            self._begin_to_learn(owner, account)
