"""Where a workspace is kept, and what computes for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sagews.backend.documents.compaction import KeptPasts
from sagews.backend.history.interfaces import IHistories
from sagews.backend.journal.group_commit import GroupCommit
from sagews.backend.runs.run_owners import RunOwners
from sagews.backend.runs.stored_outputs import StoredOutputs
from sagews.backend.workers.pool import Hosts
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.interfaces.runs import IRunStore
from sagews.interfaces.usage import IUsageStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.policy.quotas.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Stores:
    """What every open workspace of a backend is built on."""

    workspaces: IWorkspaceStore
    documents: IDocumentStore
    runs: IRunStore
    commits: GroupCommit
    histories: IHistories
    checks: IDocumentChecks
    ledger: Ledger
    hosts: Hosts
    outputs: StoredOutputs
    usage: IUsageStore
    owners: RunOwners
    kept: KeptPasts = field(default_factory=KeptPasts)
