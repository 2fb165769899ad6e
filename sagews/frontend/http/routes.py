"""The one table of routes: a pattern, a method, a policy and a handler each; what names no policy is refused.

/api/workspaces/{workspace}     braces take one id (a UUID)
/static/{name...}               dots take one name of letters, digits and . _ -
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twisted.web.resource import IResource

from sagews.errors import SagewsError
from sagews.frontend.http.call import Answer, Call
from sagews.model.identifiers import UUID_PATTERN
from sagews.policy.http.requests import Policy

Handler = Callable[[Call], Coroutine[Any, Any, Answer]]

MAX_PATH = 500
# Begins with a letter or digit: no hidden file and no way up, before anybody asks whether it exists.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_FORMS = {"": UUID_PATTERN, "...": _NAME}


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    Attributes:
        handler: answers the call; body is the type of its JSON body (a struct or a mapping), None if it takes none.
        resource: takes the whole request instead (the websocket).
    """

    method: str
    pattern: str
    policy: Policy
    handler: Handler | None = None
    body: Any = None
    resource: IResource | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.policy, Policy):
            raise TypeError(f"{self.method} {self.pattern} names no policy")
        # Found at start, like a missing policy: a route that answers nothing is a mistake of ours and no request's.
        if (self.handler is None) == (self.resource is None):
            raise TypeError(f"{self.method} {self.pattern} needs a handler or a resource")


class Routes:
    """The table. Looking up takes time in the number of routes of equal length, never in the length of the path."""

    def __init__(self) -> None:
        self._routes: dict[int, dict[str, dict[str, Route]]] = {}

    def __iter__(self) -> Iterator[Route]:
        for patterns in self._routes.values():
            for methods in patterns.values():
                yield from methods.values()

    def add(
        self,
        method: str,
        pattern: str,
        policy: Policy,
        handler: Handler | None = None,
        *,
        body: Any = None,
        resource: IResource | None = None,
    ) -> None:
        """Add a route.

        Raises:
            TypeError: without a policy, or without exactly one of handler and resource.
            ValueError: when it is there already.
        """
        route = Route(method, pattern, policy, handler, body, resource)
        methods = self._routes.setdefault(pattern.count("/"), {}).setdefault(pattern, {})
        if method in methods:
            raise ValueError(f"{method} {pattern} is there already")
        methods[method] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route of a path, and what its braces took.

        Raises:
            SagewsError: `not-found`, or `method-not-allowed` with the methods that it takes.
        """
        # Before it is compared with anything, and before it is logged.
        if len(path) > MAX_PATH:
            raise SagewsError("not-found")
        # Only those with as many parts: what is compared does not grow with the number of calls.
        for pattern, methods in self._routes.get(path.count("/"), {}).items():
            taken = _match(pattern, path)
            if taken is not None:
                return self._method(methods, method), taken
        raise SagewsError("not-found")

    @staticmethod
    def _method(methods: Mapping[str, Route], method: str) -> Route:
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            allowed = sorted(methods) + (["HEAD"] if "GET" in methods else [])
            raise SagewsError("method-not-allowed", allowed=", ".join(allowed))
        return route


def _match(pattern: str, path: str) -> dict[str, str] | None:
    if pattern == path:
        return {}
    taken: dict[str, str] = {}
    for wanted, given in zip(pattern.split("/"), path.split("/"), strict=True):
        if wanted.startswith("{"):
            name = wanted.strip("{}").removesuffix("...")
            form = _FORMS["..." if wanted.endswith("...}") else ""]
            if not form.fullmatch(given):
                return None
            taken[name] = given
        elif wanted != given:
            return None
    return taken
