"""One document: its text, shared by everybody who has it open.

page → backend                                                      needs      answered by
  open           document, have {epoch, sequence}?, vector, past     READ       opened
  close          document                                            READ       -
  edit           document, edit, update, past                        EDIT       saved (after it is committed) | error

backend → page
  opened         document, path, epoch, sequence, update, vector, past, cells [CellOutput]?, session, people
  edit           document, update, author
  saved          document, edit

`epoch` counts lives of the document's owner, `sequence` its numbered events (run_state, output) within one: a page that
comes back sends the last pair that it saw and gets what followed, or, when that is gone, everything (`opened.cells` is
then present and replaces what it had).

`past` counts how often the document's past was let go: each time it became another Yjs document that says the same. A
page that has one of another past keeps nothing of it but its own edits, which it makes anew in what `opened` brought.
"""

from __future__ import annotations

import msgspec

from sagews.wire.browser.base import MAX_MESSAGE, Count, FromPage, Right, ToPage, Uuid
from sagews.wire.browser.presence import Person
from sagews.wire.browser.runs import CellOutput
from sagews.wire.browser.session import SessionStatus


class StreamPosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a page was in the events of a document."""

    epoch: Count
    sequence: Count


class Open(FromPage, frozen=True, tag="open"):
    """Asks for a document and everything that happens to it. `vector` is the page's Yjs state vector, of this past."""

    longest = MAX_MESSAGE
    needs = Right.READ
    document: Uuid
    vector: bytes = b""
    have: StreamPosition | None = None
    past: Count = 0


class Close(FromPage, frozen=True, tag="close"):
    """Ends an open."""

    needs = Right.READ
    document: Uuid


class Edit(FromPage, frozen=True, tag="edit"):
    """A Yjs update (version 1 encoding); `edit` is the page's own number for it, repeated in `saved`."""

    longest = MAX_MESSAGE
    needs = Right.EDIT
    document: Uuid
    edit: Count
    update: bytes
    past: Count = 0


class Opened(ToPage, frozen=True, tag="opened"):
    """A document: what the page lacks of it, and, unless `have` could be continued, all outputs."""

    document: str
    path: str
    epoch: int
    sequence: int
    update: bytes
    vector: bytes
    session: SessionStatus
    people: list[Person]
    # None keeps what the page shows: after a short break nothing is sent twice, and nothing flickers.
    cells: list[CellOutput] | None = None
    past: int = 0


class EditOut(ToPage, frozen=True, tag="edit"):
    """Somebody's edit."""

    document: str
    update: bytes
    author: str


class Saved(ToPage, frozen=True, tag="saved"):
    """The edit is committed in the database."""

    document: str
    edit: int
