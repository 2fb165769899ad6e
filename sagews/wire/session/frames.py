"""What a worker and the session process in its jail say to each other, over one unix stream socket.

A frame (framing.py) is a 4-byte big-endian length and that many bytes of UTF-8 JSON: one object with a "type".
Standard library only: this module runs inside the jail as well. A session is hostile: the worker parses every frame
with `parse_from_session` (grammar.py), and anything out of form ends the session, never the worker.

worker → session
  run         run: uuid, cell: str, number: int, source: str (<= 1 MiB), mode: "sage" | "python", shows: "all" | "last"
  complete    request: int, code: str, cursor: int (code points)
  variables   request: int                                                which variables.py describes
  inspect     request: int, code: str, cursor: int, detail: 0 (signature, docstring) | 1 (source)
                                                                          | 2 (the signature of the call there)
  remove      request: int, names: str                                    with a space between two: not needed any more
  message     run: uuid, channel: int, body: {}                           over a channel that a cell has open
  close       run: uuid, channel: int                                     nobody will say anything over it

session → worker
  ready       flavour: str, versions: {name: str}                         once, the first frame
  stream      run: uuid, name: "stdout" | "stderr", text: str (<= 64 KiB of UTF-8), area?
  display     run: uuid, data: {mime: text or JSON}, metadata: {}, area?,
              display?: str (<= 64 bytes)                               from display(), show(), figures
  result      run: uuid, data: {mime: text or JSON}, metadata: {}, area?  the value of an expression
  error       run: uuid, name: str, message: str, frames: [{file, line, function, user: bool, source: [[n, text]]}],
              plain: str, area?
  area        run: uuid, area: 1..1000, parent?: area, shown?: bool       makes an area (areas.py)
  clear       run: uuid, area?, wait?: bool                               all in it goes: now, or with what comes next
  update      run: uuid, display: str, data, metadata                     in place of what was shown under this id
  spilled     run: uuid, path: str, bytes: int, lines: int, dropped: int  the middle of the output lies in this file
  open        run: uuid, channel: int, kind: "input" | "interact", body: {}, area: int
                                                                          a channel, which channels.py describes
  state       run: uuid, channel: int, body: {}, over: bool               what has changed of an interact
  close       run: uuid, channel: int                                     it is needed no more
  done        run: uuid, status: "ok" | "error" | "interrupted", seconds: float, cpu: float, shape: str,
              reads: str, writes: str
  completions request: int, start: int, end: int, matches: [{text, kind}]
  inspection  request: int, found: bool, data: {mime: str}
  listing     request: int, variables: [], more: int                      which variables.py describes
  removed     request: int, names: str                                    those that were there

Bytes of images and other binary MIME types are base64 text. A run has one `done`; behind it a thread or task of its
cell may still have `stream`, `display` and what replaces them sent, for the latest LATE_RUNS runs. A `message` to an
interact opens its run once more, until the `state` that is `over`.
`area` says where a piece stands, absent in the run's own output.
`path` is relative to the home, "" when nothing could be kept; `dropped` counts those of its bytes that are not there.
Texts hold neither NUL nor lone surrogates; numbers are finite. docs/protocol-session.md has order, budget and limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagews.wire.session.areas import OWN, AreaFrame, ClearFrame, UpdateFrame
from sagews.wire.session.channels import CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.variables import ListingFrame, VariablesFrame

JSON = Any

# The largest display (3 MiB, session/output/output.py) with its metadata and what JSON adds.
MAX_FRAME_FROM_SESSION = 4 * 1024 * 1024
# The largest source with what JSON's escapes add to anything that is one.
MAX_FRAME_TO_SESSION = 2 * 1024 * 1024
# One print of any length comes as several, so that another session's output, or an interrupt's answer, gets in between.
MAX_STREAM_TEXT = 64 * 1024
MAX_SOURCE = 1024 * 1024
MAX_CODE = 64 * 1024
MAX_MESSAGE = 16 * 1024
MAX_PLAIN = 64 * 1024
MAX_MATCHES = 500
# Both sides count alike, by `done`, so that a session never says anything of a run that its worker has forgotten.
LATE_RUNS = 200
STREAMS = ("stdout", "stderr")
STATUSES = ("ok", "error", "interrupted")
MODES = ("sage", "python")
SHOWS = ("all", "last")


@dataclass(frozen=True, slots=True)
class RunFrame:
    """Evaluate one cell."""

    run: str
    cell: str
    number: int
    source: str
    mode: str
    shows: str


@dataclass(frozen=True, slots=True)
class CompleteFrame:
    """Say what could stand at the cursor, which counts code points of the code."""

    request: int
    code: str
    cursor: int


@dataclass(frozen=True, slots=True)
class InspectFrame:
    """Describe the object at the cursor; detail 1 asks for its source, 2 for the signature of the call around it."""

    request: int
    code: str
    cursor: int
    detail: int


@dataclass(frozen=True, slots=True)
class RemoveFrame:
    """Delete these names, or put back what the session began with."""

    request: int
    names: str


@dataclass(frozen=True, slots=True)
class ReadyFrame:
    """The session can take its first cell."""

    flavour: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StreamFrame:
    """Text that was printed."""

    run: str
    name: str
    text: str
    area: int = OWN


@dataclass(frozen=True, slots=True)
class DisplayFrame:
    """Something shown while the cell ran, by MIME type; under its display id it can be replaced."""

    run: str
    data: Mapping[str, JSON]
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    area: int = OWN
    display: str = ""


@dataclass(frozen=True, slots=True)
class ResultFrame:
    """The value of a top-level expression, by MIME type."""

    run: str
    data: Mapping[str, JSON]
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    area: int = OWN


@dataclass(frozen=True, slots=True)
class ErrorFrame:
    """An exception that ended the cell; frames run from the outermost call to where it was raised.

    Hints are advice, each a `text`; one that changes a line of the cell has the button's `label`, the number of the
    `line`, what it is `before` (null: a line is put above it) and `after`.
    """

    run: str
    name: str
    message: str
    frames: tuple[Mapping[str, JSON], ...]
    plain: str
    hints: tuple[Mapping[str, JSON], ...] = ()
    area: int = OWN


@dataclass(frozen=True, slots=True)
class SpilledFrame:
    """The middle of the output was not sent: so many bytes and lines lie in a file of the home."""

    run: str
    path: str
    bytes: int
    lines: int
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class StoppingFrame:
    """An interrupt has reached the code of this run, which ends or has caught it; at most once in a run."""

    run: str


@dataclass(frozen=True, slots=True)
class DoneFrame:
    """The last frame of a run. Times in seconds; cpu is this process's own.

    Shape is the digest of the cell's text without remarks and blank space, or "" when it has none (session/analysis/);
    reads and writes are the names that the cell has from others and makes, with a space between two.
    """

    run: str
    status: str
    seconds: float
    cpu: float
    shape: str = ""
    reads: str = ""
    writes: str = ""


@dataclass(frozen=True, slots=True)
class CompletionsFrame:
    """What could replace the code between start and end (code points)."""

    request: int
    start: int
    end: int
    matches: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class InspectionFrame:
    """What was found at the cursor."""

    request: int
    found: bool
    data: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class RemovedFrame:
    """These were deleted."""

    request: int
    names: str


ToSession = RunFrame | CompleteFrame | InspectFrame | VariablesFrame | RemoveFrame | MessageFrame | CloseFrame
# fmt: off
FromSession = (
    ReadyFrame | StreamFrame | DisplayFrame | ResultFrame | ErrorFrame | SpilledFrame | DoneFrame
    | AreaFrame | ClearFrame | UpdateFrame | OpenFrame | StateFrame | CloseFrame
    | CompletionsFrame | InspectionFrame | ListingFrame | RemovedFrame | StoppingFrame
)
# fmt: on
