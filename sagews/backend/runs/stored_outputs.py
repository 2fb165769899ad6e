"""How much output the database has of each account's documents, known here so that no piece has to ask for it.

What the open documents of an account have is counted as it comes; what the others have is asked for when a document is
opened, and stays as it is while they are closed. It belongs to the owner of the workspace, whoever runs cells in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.usage import IUsageStore
from sagews.model.accounts import User
from sagews.model.identifiers import DocumentId, UserId
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource, exceeded


@dataclass(slots=True)
class AccountOutputs:
    """One account's.

    Attributes:
        at_rest: bytes of documents that are not open.
        open: bytes of those that are.
    """

    at_rest: int = 0
    open: int = 0
    documents: dict[DocumentId, DocumentOutputs] = field(default_factory=dict)

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
        if self._account.used + size > most:
            return exceeded(Resource.OUTPUTS, most, self._account.used)
        return None

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
        usage: knows what is at rest.
        accounts: know the owners, who need not be here when somebody else opens their documents.
        ledger: says how much accounts may have.
    """

    def __init__(self, usage: IUsageStore, accounts: IAccountStore, ledger: Ledger) -> None:
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
        try:
            if not self._ledger.knows(owner):
                found: User | None = await self._accounts.user(owner)
                if found is not None:
                    self._ledger.know(found)
            account.at_rest = await self._usage.outputs(owner, list(account.documents))
        except BaseException:
            self.close(owner, opened)
            raise
        return opened

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
        if not account.documents:
            del self._known[owner]
