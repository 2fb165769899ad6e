"""One HTTP call as its handler sees it, already checked, and the answer that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sagews.errors import SagewsError
from sagews.model.accounts import Login, User
from sagews.policy.http.base_address import BaseAddress
from sagews.policy.names import is_operator

Headers = tuple[tuple[str, str], ...]

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and further headers; `refused` is the code of an error, for the access line."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Headers = ()
    refused: str = ""


def answer(values: Mapping[str, Any], *, status: int = 200, headers: Headers = ()) -> Answer:
    """Return a JSON answer."""
    return Answer(_encoder.encode(values), status, headers=headers)


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler may know of a request.

    Attributes:
        base: the way by which it came: origins, cookie's name and websocket depend on it.
        address: of the peer, as far as known.
        parameters: what the braces of the route took; query: the last value of each name.
        body: an instance of the route's body type, or None.
        login: who calls, on every route that is not open; by_token: with a personal token instead of a cookie.
        headers: a few that static files look at, lower case.
    """

    method: str
    path: str
    base: BaseAddress
    address: str
    correlation: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    login: Login | None = None
    by_token: bool = False

    @property
    def signed_in(self) -> Login:
        """The login; raises SagewsError `not-signed-in` without one."""
        if self.login is None:
            raise SagewsError("not-signed-in")
        return self.login

    @property
    def user(self) -> User:
        """Who calls; raises SagewsError `not-signed-in` when nobody is known."""
        return self.signed_in.user

    def person(self) -> User:
        """Return who calls; the command line's own account is refused as `forbidden`."""
        # The command line's account is nobody's: it has no password, no workspaces and no name to change.
        if is_operator(self.user):
            raise SagewsError("forbidden")
        return self.user
