"""What a page and a backend say to each other over the websocket at /ws; docs/protocol-browser.md is the long form.

Every message is one text frame holding one JSON object with a "type"; bytes are base64. Field names are snake_case.
`request` is a number that the page chooses, repeated in the answer. Sizes: a message from a page is at most 1 MiB.

page → backend                                                      answered by
  hello          protocol, client, ticket | resume                   welcome | error and close
  open           document, have {epoch, sequence}?, vector           opened
  close          document                                            -
  edit           document, edit, update                              saved (after it is committed) | error
  presence       document, state                                     - (others get presence)
  run            document, cells [{cell, run, hash}], vector         run_state for each | changed | error
  interrupt      document                                            session
  restart        document                                            session
  stop           document                                            session
  complete       document, request, code, cursor                     completions
  inspect        document, request, code, cursor, detail             inspection
  evaluate       request, flavour, source                            output and run_state with document ""
  documents      request                                             documents
  create         request, path                                       created
  rename         request, document, path                             renamed (to everybody)
  remove         request, document                                   removed (to everybody)
  save           request, name?                                      version
  versions       request, before?, limit                             versions
  difference     request, version, against?                          difference
  revert         request, version                                    version
  output         request, document, run                              whole_output (everything kept of a run)
  ping           sent                                                pong

backend → page
  welcome        protocol, server, connection, user {id, name}, workspace {id, name}, role, may_run, resume,
                 ping_seconds, flavours, limits
  error          code, parameters, message, request?, about?, document?, edit?
  opened         document, path, epoch, sequence, update, cells [CellOutput]?, session, people
  edit           document, update, author
  saved          document, edit
  presence       document, connection, user, state | null (left)
  run_state      document, epoch, sequence, run, cell, number, state, hash, queued, started, finished, seconds
  output         document, epoch, sequence, run, cell, piece {sequence, kind, body}
  session        document, state, flavour, since, reason, sentence, memory, memory_limit, cpu, queue
  changed        document, cells [id], held [id]? (as shown, and not run either)
  completions    document, request, start, end, matches
  inspection     document, request, found, data
  documents / created / renamed / removed / version / versions / difference / whole_output
  rights         role, may_run (they were changed while the page was connected)
  going_away     after (seconds to wait before reconnecting)
  pong           sent

`epoch` counts lives of the document's owner, `sequence` its events within one: a page that comes back sends the last
pair that it saw and gets what followed, or, when that is gone, everything (`opened.cells` is then present and replaces
what it had).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, Literal

import msgspec

from sagews.errors import SagewsError

PROTOCOL = 1
MAX_MESSAGE = 1024 * 1024
MAX_CELLS_IN_A_RUN = 500


class CloseCode(IntEnum):
    """Why a backend closed a connection.

    BAD_GREETING: no good ticket or resume secret: get a new ticket. LOGIN_ENDED: sign in again. FORBIDDEN: no grant any
    more. SILENT: no greeting within five seconds. REPLACED: the page came back over another connection. TOO_SLOW: it
    asked much and did not read. OLD_PAGE: another version, reload. TOO_OFTEN: too many messages after being told.
    GOING_AWAY: the backend stops or has given the workspace away: come back after what `going_away` said.
    """

    BAD_GREETING = 4400
    LOGIN_ENDED = 4401
    FORBIDDEN = 4403
    SILENT = 4408
    REPLACED = 4409
    TOO_SLOW = 4413
    OLD_PAGE = 4426
    TOO_OFTEN = 4429
    GOING_AWAY = 4503


Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Cell = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{4,12}$")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Secret = Annotated[str, msgspec.Meta(min_length=20, max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Short = Annotated[str, msgspec.Meta(max_length=300)]
Code = Annotated[str, msgspec.Meta(max_length=500_000)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Commit = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{40}$")]


class FromPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Anything that a page says; unknown fields are refused, so that a misspelt one is not lost in silence."""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a page was in the events of a document."""

    epoch: Count
    sequence: Count


class Hello(FromPage, frozen=True, tag="hello"):
    """The greeting: the first message, within five seconds; exactly one of ticket and resume."""

    protocol: int
    client: Short
    ticket: Secret | None = None
    resume: Secret | None = None


class Open(FromPage, frozen=True, tag="open"):
    """Asks for a document and everything that happens to it. `vector` is the page's Yjs state vector."""

    document: Uuid
    vector: bytes = b""
    have: Place | None = None


class Close(FromPage, frozen=True, tag="close"):
    """Ends an open."""

    document: Uuid


class Edit(FromPage, frozen=True, tag="edit"):
    """A Yjs update (version 1 encoding); `edit` is the page's own number for it, repeated in `saved`."""

    document: Uuid
    edit: Count
    update: bytes


class Presence(FromPage, frozen=True, tag="presence"):
    """Where the person is: the cell and the cursor, or nothing."""

    document: Uuid
    state: dict[str, Any] | None


class CellRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cell to run: its id, the run id that the page chose, and the SHA-256 of the source that the page shows."""

    cell: Cell
    run: Uuid
    hash: Hash


class Run(FromPage, frozen=True, tag="run"):
    """Runs cells in this order. The same run id twice runs once."""

    document: Uuid
    cells: Annotated[list[CellRun], msgspec.Meta(min_length=1, max_length=MAX_CELLS_IN_A_RUN)]
    vector: bytes = b""


class Interrupt(FromPage, frozen=True, tag="interrupt"):
    """Stops what runs and forgets what is queued."""

    document: Uuid


class Restart(FromPage, frozen=True, tag="restart"):
    """Ends the session; a fresh one takes its place."""

    document: Uuid


class Stop(FromPage, frozen=True, tag="stop"):
    """Ends the session."""

    document: Uuid


class Complete(FromPage, frozen=True, tag="complete"):
    """Asks what may follow at the cursor (in code points)."""

    document: Uuid
    request: Count
    code: Code
    cursor: Count


class Inspect(FromPage, frozen=True, tag="inspect"):
    """Asks what the name at the cursor is."""

    document: Uuid
    request: Count
    code: Code
    cursor: Count
    detail: Literal[0, 1] = 0


class Evaluate(FromPage, frozen=True, tag="evaluate"):
    """Evaluates text in a fresh session of its own that ends with it; needs a ticket for evaluation."""

    request: Count
    source: Code
    flavour: Short = "sage"


class Documents(FromPage, frozen=True, tag="documents"):
    """Asks for the documents of the workspace."""

    request: Count


class Create(FromPage, frozen=True, tag="create"):
    """Makes a new, empty worksheet."""

    request: Count
    path: Path


class Rename(FromPage, frozen=True, tag="rename"):
    """Gives a document another path; its id stays."""

    request: Count
    document: Uuid
    path: Path


class Remove(FromPage, frozen=True, tag="remove"):
    """Removes a document; the history keeps it."""

    request: Count
    document: Uuid


class Save(FromPage, frozen=True, tag="save"):
    """Saves the workspace now; with a name it becomes a named version."""

    request: Count
    name: Short | None = None


class Versions(FromPage, frozen=True, tag="versions"):
    """Asks for versions, newest first, older than `before`."""

    request: Count
    before: Commit | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class Difference(FromPage, frozen=True, tag="difference"):
    """Asks what changed in a version, against its parent or another version."""

    request: Count
    version: Commit
    against: Commit | None = None


class Revert(FromPage, frozen=True, tag="revert"):
    """Brings a version back by a new commit."""

    request: Count
    version: Commit


class WholeOutput(FromPage, frozen=True, tag="output"):
    """Asks for everything that is kept of one run."""

    request: Count
    document: Uuid
    run: Uuid


class Ping(FromPage, frozen=True, tag="ping"):
    """Measures the way there and back."""

    sent: float


PageMessage = (
    Hello
    | Open
    | Close
    | Edit
    | Presence
    | Run
    | Interrupt
    | Restart
    | Stop
    | Complete
    | Inspect
    | Evaluate
    | Documents
    | Create
    | Rename
    | Remove
    | Save
    | Versions
    | Difference
    | Revert
    | WholeOutput
    | Ping
)

_decoder = msgspec.json.Decoder(PageMessage)


def parse_page_message(data: bytes) -> PageMessage:
    """Return the typed message in one text frame.

    Raises:
        SagewsError: `too-large` or `bad-message`; the reason names the field, never its value.
    """
    if len(data) > MAX_MESSAGE:
        raise SagewsError("too-large", limit=MAX_MESSAGE)
    try:
        message: PageMessage = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SagewsError("bad-message", reason=str(error)[:200]) from None
    return message
