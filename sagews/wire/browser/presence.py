"""Who looks at a document, and where: identity comes from the connection, only the place from the page.

page → backend                                                      needs      answered by
  presence       document, state                                     READ       - (others get presence)

backend → page
  presence       document, person {connection, user, name, state | null}, left
"""

from __future__ import annotations

from typing import Any

import msgspec

from sagews.wire.browser.base import FromPage, Right, ToPage, Uuid


class Person(msgspec.Struct, frozen=True):
    """Who is on a connection, as the server knows it."""

    connection: str
    user: str
    name: str
    state: dict[str, Any] | None = None


class Presence(FromPage, frozen=True, tag="presence"):
    """Where the person is: the cell and the cursor, or nothing."""

    longest = 4096
    needs = Right.READ
    document: Uuid
    state: dict[str, Any] | None


class PresenceOut(ToPage, frozen=True, tag="presence"):
    """Where somebody is; without a state they have left."""

    document: str
    person: Person
    left: bool = False
