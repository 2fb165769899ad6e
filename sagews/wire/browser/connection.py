"""How a connection begins, is refused, and ends.

page → backend                                                      needs      answered by
  hello          protocol, client, ticket | resume                   HANDSHAKE   welcome | error and close
  ping           sent                                                ALIVE      pong

backend → page
  welcome        protocol, server, connection, user {id, name}, workspace {id, name}, role, may_run, resume,
                 ping_seconds, flavours, limits
  error          code, parameters, message, request?, about?, document?, edit?
  rights         role, may_run (they were changed while the page was connected)
  going_away     after (seconds to wait before reconnecting)
  pong           sent

Whoever says hello with `resume` needs no frontend: it is the one-use secret of the last welcome.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from sagews.wire.browser.base import FromPage, Right, Secret, Short, ToPage


class CloseCode(IntEnum):
    """Why a backend closed a connection.

    BAD_HANDSHAKE: no good ticket or resume secret: get a new ticket. LOGIN_ENDED: sign in again. FORBIDDEN: no
    grant any more. SILENT: no handshake within five seconds. REPLACED: the page came back over another connection.
    TOO_SLOW: it asked much and did not read (cut, so that it reads no code). OLD_PAGE: another version, reload.
    TOO_OFTEN: too many messages after being told. GOING_AWAY: the backend stops or has given the workspace away: come
    back after what `going_away` said.
    """

    # 4000 to 4999 are for applications (RFC 6455, 7.4.2); the last three digits are those of the HTTP status that comes
    # nearest.
    BAD_HANDSHAKE = 4400
    LOGIN_ENDED = 4401
    FORBIDDEN = 4403
    SILENT = 4408
    REPLACED = 4409
    TOO_SLOW = 4413
    OLD_PAGE = 4426
    TOO_OFTEN = 4429
    GOING_AWAY = 4503


class Hello(FromPage, frozen=True, tag="hello"):
    """The handshake: the first message, within five seconds; exactly one of ticket and resume."""

    needs = Right.HANDSHAKE
    protocol: int
    client: Short
    ticket: Secret | None = None
    resume: Secret | None = None


class Ping(FromPage, frozen=True, tag="ping"):
    """Measures the way there and back."""

    needs = Right.ALIVE
    sent: float


class Welcome(ToPage, frozen=True, tag="welcome"):
    """The answer to a handshake. `resume` is the one-use secret for the next connection."""

    protocol: int
    server: str
    connection: str
    user: dict[str, str]
    workspace: dict[str, str]
    role: str
    may_run: bool
    resume: str
    ping_seconds: float
    flavours: list[str]
    limits: dict[str, int]


class Error(ToPage, frozen=True, tag="error"):
    """A refusal: the code of errors.CATALOGUE, its parameters, the sentence; `about` is the refused message's type."""

    code: str
    parameters: dict[str, Any]
    message: str
    request: int | None = None
    about: str | None = None
    document: str | None = None
    edit: int | None = None


class Rights(ToPage, frozen=True, tag="rights"):
    """What this person may do from now on."""

    role: str
    may_run: bool


class GoingAway(ToPage, frozen=True, tag="going_away"):
    """The backend stops; come back after this many seconds."""

    after: float


class Pong(ToPage, frozen=True, tag="pong"):
    """The answer to a ping."""

    sent: float
