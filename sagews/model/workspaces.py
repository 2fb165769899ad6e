"""Workspaces and the documents in them, as the store returns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sagews.model.accounts import Grant
from sagews.model.identifiers import DocumentId, LoginId, UserId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder of documents and files with a history beside it."""

    id: WorkspaceId
    name: str
    owner: UserId
    created: datetime
    edited: datetime
    versions: int
    session: str


@dataclass(frozen=True, slots=True)
class Document:
    """A worksheet: its identity outlives a rename, and a copy has another."""

    id: DocumentId
    workspace: WorkspaceId
    path: str
    title: str
    created: datetime
    edited: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """A workspace that one life of a backend owns. Whoever writes names the epoch, which counts its owners.

    Attributes:
        documents: of the workspace when the lease was taken; while it holds, nobody else makes or removes any.
        first: whether it is the workspace's first one. Whatever is written names a lease, so nothing is stored then of
            its documents but that they are there, and no version.
        homes_elsewhere: bytes that the files of its owner's other workspaces took when the lease was taken.
    """

    workspace: Workspace
    epoch: int
    documents: tuple[Document, ...] = ()
    first: bool = False
    homes_elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a spent ticket was for. Its login may have ended since: that is the account store's to say.

    Attributes:
        workspace: None for single evaluations, and for one that was deleted meanwhile.
        for_workspace: whether it was made for a workspace at all.
        grant: what the person may do there now; None if nothing.
    """

    login: LoginId
    user: UserId
    for_workspace: bool = False
    workspace: Workspace | None = None
    grant: Grant | None = None
