"""The documents of a workspace, as a list.

page → backend                                                      needs      answered by
  documents      request                                             READ       documents
  create         request, path                                       EDIT       created (to everybody)
  rename         request, document, path                             EDIT       renamed (to everybody)
  remove         request, document                                   EDIT       removed (to everybody)

backend → page
  documents      request, documents [{id, path, title, edited}]
  created        document {id, path, title, edited}, request?
  renamed        document {id, path, title, edited}, request?
  removed        document, request?
  workspace_named  name (of the workspace, to everybody who has it open)
"""

from __future__ import annotations

import msgspec

from sagews.wire.browser.base import Count, FromPage, Path, Right, ToPage, Uuid


class Documents(FromPage, frozen=True, tag="documents"):
    """Asks for the documents of the workspace."""

    needs = Right.READ
    request: Count


class Create(FromPage, frozen=True, tag="create"):
    """Makes a new, empty worksheet."""

    needs = Right.EDIT
    request: Count
    path: Path


class Rename(FromPage, frozen=True, tag="rename"):
    """Gives a document another path; its id stays."""

    needs = Right.EDIT
    request: Count
    document: Uuid
    path: Path


class Remove(FromPage, frozen=True, tag="remove"):
    """Removes a document; the history keeps it."""

    needs = Right.EDIT
    request: Count
    document: Uuid


class DocumentEntry(msgspec.Struct, frozen=True):
    """One document in a list."""

    id: str
    path: str
    title: str
    edited: str


class DocumentList(ToPage, frozen=True, tag="documents"):
    """The documents of the workspace."""

    request: int
    documents: list[DocumentEntry]


class Created(ToPage, frozen=True, tag="created"):
    """A new document (to everybody; `request` only to the asker)."""

    document: DocumentEntry
    request: int | None = None


class Renamed(ToPage, frozen=True, tag="renamed"):
    """A document has another path."""

    document: DocumentEntry
    request: int | None = None


class Removed(ToPage, frozen=True, tag="removed"):
    """A document was removed."""

    document: str
    request: int | None = None


class WorkspaceNamed(ToPage, frozen=True, tag="workspace_named"):
    """The workspace has another name."""

    name: str
