"""The session of a document: what people see of it, how it is stopped, and what it is asked beside running cells.

page → backend                                                      needs      answered by
  interrupt      document                                            RUN        session
  restart        document                                            RUN        session
  stop           document                                            RUN        session
  complete       document, request, code, cursor                     RUN        completions
  inspect        document, request, code, cursor, detail             RUN        inspection
  variables      document, request                                   RUN        variable_list

backend → page
  session        document, state, flavour, since, reason, sentence, memory, memory_limit, cpu, queue
  completions    document, request, start, end, matches, source
  inspection     document, request, found, data, source
  variable_list  document, request, variables, more
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sagews.wire.browser.base import MAX_MESSAGE, Code, Count, FromPage, Right, ToPage, Uuid


class Interrupt(FromPage, frozen=True, tag="interrupt"):
    """Stops what runs and forgets what is queued."""

    needs = Right.RUN
    document: Uuid


class Restart(FromPage, frozen=True, tag="restart"):
    """Ends the session; a fresh one takes its place."""

    needs = Right.RUN
    document: Uuid


class Stop(FromPage, frozen=True, tag="stop"):
    """Ends the session."""

    needs = Right.RUN
    document: Uuid


class Complete(FromPage, frozen=True, tag="complete"):
    """Asks what may follow at the cursor (in code points)."""

    longest = MAX_MESSAGE
    needs = Right.RUN
    document: Uuid
    request: Count
    code: Code
    cursor: Count


class Inspect(FromPage, frozen=True, tag="inspect"):
    """Asks what the name at the cursor is: 0 its help, 1 its source, 2 the signature of the call around the cursor."""

    longest = MAX_MESSAGE
    needs = Right.RUN
    document: Uuid
    request: Count
    code: Code
    cursor: Count
    detail: Literal[0, 1, 2] = 0


class Variables(FromPage, frozen=True, tag="variables"):
    """Asks which variables the cells have made."""

    needs = Right.RUN
    document: Uuid
    request: Count


class SessionStatus(ToPage, frozen=True, tag="session"):
    """What people see of the session of a document. `sentence` says in words why it ended or what it waits for."""

    document: str
    state: str
    flavour: str
    since: str
    reason: str | None = None
    sentence: str | None = None
    memory: int | None = None
    memory_limit: int | None = None
    cpu: float | None = None
    queue: int = 0


class Completions(ToPage, frozen=True, tag="completions"):
    """What may follow; the source is "session", or "running": what can be seen of its objects while a cell runs."""

    document: str
    request: int
    start: int
    end: int
    matches: list[dict[str, str]]
    source: str = "session"


class Inspection(ToPage, frozen=True, tag="inspection"):
    """What a name is, by MIME type; the source as with completions."""

    document: str
    request: int
    found: bool
    data: dict[str, str]
    source: str = "session"


class Variable(msgspec.Struct, frozen=True):
    """A variable: its name, the type of its value, how large that is in its own measure, and the value in a line."""

    name: str
    kind: str
    extent: str
    value: str


class VariableList(ToPage, frozen=True, tag="variable_list"):
    """The variables of the session, in the order in which they were made; `more` are left out."""

    document: str
    request: int
    variables: list[Variable]
    more: int = 0
