"""What all messages between a page and a backend are made of; docs/protocol-browser.md is the long form.

Every message is one text frame of the websocket at /ws, holding one JSON object with a "type"; bytes are base64. Field
names are snake_case. `request` is a number that the page chooses, repeated in the answer; a `?` marks what may be
absent. A message from a page is at most 1 MiB.

Each feature is a module beside this one: the table of what it says at its head, its messages and its events side by
side. `messages.py` finds them and makes one grammar of all.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

# 2: `run` lost its `vector`, which no backend ever read.
PROTOCOL = 2
MAX_MESSAGE = 1024 * 1024

# \Z and not $, which lets a line break pass that PostgreSQL refuses, and with it a commit of many documents.
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
Cell = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{4,12}\Z")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
# A bound and no form: what a good one looks like is the business of whoever made it, and a guess gets no hint.
Secret = Annotated[str, msgspec.Meta(min_length=20, max_length=200)]
# JavaScript's numbers are exact up to here.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Short = Annotated[str, msgspec.Meta(max_length=300)]
Code = Annotated[str, msgspec.Meta(max_length=500_000)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Commit = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{40}\Z")]


class Right(StrEnum):
    """What a connection needs for a message.

    HANDSHAKE: to say it first. ALIVE: to be welcomed. READ: a workspace. EDIT: a workspace, as editor or owner. RUN: a
    workspace, with the right to run. SCRATCH: a connection for single evaluations.
    """

    HANDSHAKE = "handshake"
    ALIVE = "alive"
    READ = "read"
    EDIT = "edit"
    RUN = "run"
    SCRATCH = "scratch"


class FromPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Anything that a page says; unknown fields are refused, so that a misspelt one is not lost in silence.

    Attributes:
        needs: the right that a connection must have for it. Each message declares its own: there is no default that a
            new message could inherit unnoticed, and a backend does not start with one that has none.
        longest: bytes that it may have. What consists of many small values takes milliseconds to be parsed for each
            hundred kilobytes; only what holds one long text may be longer.
        counted: whether its values are counted before it is parsed, because it may hold lists of whatever form.
    """

    longest: ClassVar[int] = 64 * 1024
    counted: ClassVar[bool] = False

    # No default: a message whose author forgot it is found when the backend starts.
    needs: ClassVar[Right]


class ToPage(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Anything that a backend says."""

    def encoded(self) -> bytes:
        """Return the UTF-8 text of the frame."""
        return _encoder.encode(self)


_encoder = msgspec.json.Encoder()
