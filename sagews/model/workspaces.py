"""Workspaces and the documents in them, as the store returns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sagews.model.identifiers import DocumentId, UserId, WorkspaceId


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
