"""The one resource that takes every request of an origin, checks it against the table and its policy, then lets it in.

Order: Host, route, method, origin, login, policy, body. Whatever is refused is refused before anything behind it is
looked at, and answered with an error that says what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sagews.errors import SagewsError
from sagews.frontend.http.access_lines import AccessLines
from sagews.frontend.http.call import Answer, Call, Headers, answer
from sagews.frontend.http.routes import Route, Routes
from sagews.frontend.sign_in.logins import SECRET_HEADER, Credentials, Logins
from sagews.model.accounts import Login, Privilege
from sagews.model.identifiers import new_id
from sagews.policy.http import requests
from sagews.policy.http.base_address import BaseAddress
from sagews.policy.http.forwarded import Proxies, client_address
from sagews.policy.http.headers import NOTHING_POLICY
from sagews.policy.http.requests import Addresses, Policy
from sagews.policy.names import is_operator

log = Logger()

Observe = Callable[[int, float], None]

_CLOSED = frozenset(Policy) - {Policy.OPEN, Policy.WEBSOCKET}
_LOOKED_AT = ("accept-encoding", "if-none-match", "cookie")


class Gate(Resource):
    """Root of an origin.

    Args:
        routes: the table.
        addresses: the names under which the origins answer.
        content: whether this is the origin of untrusted content.
        logins: finds who calls; None on the origin of untrusted content, which looks at no cookie.
        headers: set on every answer.
        seconds: a clock, for the access log.
        proxies: whose X-Forwarded-For is believed.
        observe: told of each answer: its status, and how long it took in seconds.

    Raises:
        ValueError: for a route that needs a login where there are no logins to be found.
    """

    isLeaf = True

    def __init__(
        self,
        routes: Routes,
        addresses: Addresses,
        logins: Logins | None,
        headers: Headers,
        seconds: Callable[[], float],
        *,
        content: bool = False,
        proxies: Proxies = (),
        observe: Observe = lambda status, seconds: None,
    ) -> None:
        super().__init__()
        self._observe = observe
        if logins is None and (closed := [route.pattern for route in routes if route.policy in _CLOSED]):
            # At the start, where whoever adds the route sees it, and not at the first request.
            raise ValueError(f"these routes need a login, and none is found here: {', '.join(closed)}")
        self._routes = routes
        self._addresses = addresses
        self._content = content
        self._proxies = proxies
        self._logins = logins
        self._headers = headers
        self._seconds = seconds

    def render(self, request: Request) -> Any:
        """Take a request; the answer follows."""
        peer, forwarded = _peer(request), _header(request, "X-Forwarded-For")
        channel: Any = request.channel
        address = client_address(peer, forwarded, self._proxies)
        exchange = _Exchange(request, address, self._seconds, channel.site.lines, self._observe)
        # Set before anything can fail, so that a refusal has them too.
        for name, value in (*self._headers, ("X-Correlation-Id", exchange.correlation)):
            request.setHeader(name, value)
        channel.site.turns.take(exchange.address, lambda: self._taken(request, exchange))
        return NOT_DONE_YET

    def _taken(self, request: Request, exchange: _Exchange) -> None:
        """Answer a request; also when that fails, for nobody above is left who would."""
        try:
            self._take(request, exchange)
        except Exception:
            exchange.failed(Failure())

    def _take(self, request: Request, exchange: _Exchange) -> None:
        """Answer a request, or begin to, unless nobody waits for that any more."""
        if exchange.gone:
            return
        try:
            route, base, taken = self._find(request)
        except SagewsError as error:
            exchange.send(_shown_refusal(error, _header(request, "Accept")))
            return
        if route.resource is not None:
            _become_websocket(route.resource, request, exchange.address)
            return
        done = Deferred.fromCoroutine(self._serve(route, request, base, taken, exchange))
        done.addErrback(exchange.failed)

    def _find(self, request: Request) -> tuple[Route, BaseAddress, dict[str, str]]:
        # First of all: whatever comes under a foreign name is not for us, and is not told what is here.
        base = self._addresses.find(_header(request, "Host"), content=self._content)
        method = request.method.decode("latin-1")
        route, taken = self._routes.find(method, request.path.decode("latin-1"))
        # Reading an open page changes nothing and shows everybody the same, so another site may link to it.
        if method not in requests.SAFE_METHODS or route.policy is not Policy.OPEN:
            own = base.content if self._content else base.site
            pages = self._addresses.page_origins if route.policy is Policy.WEBSOCKET else frozenset()
            requests.check_origin(own, _header(request, "Origin"), _header(request, "Sec-Fetch-Site"), pages)
        if route.policy is Policy.WEBSOCKET and (_header(request, "Upgrade") or "").lower() != "websocket":
            # The library beneath would show a page of its own, with its version and without our headers.
            raise SagewsError("bad-message", reason="this address takes websockets only")
        return route, base, taken

    async def _serve(
        self, route: Route, request: Request, base: BaseAddress, taken: dict[str, str], exchange: _Exchange
    ) -> None:
        try:
            login, by_token = await self._login(route.policy, request, base.cookie_name)
            exchange.user = login.user.id if login else ""
            if exchange.gone:
                # Its body went with it.
                return
            call = Call(
                method=route.method,
                path=route.pattern,
                base=base,
                address=exchange.address,
                correlation=exchange.correlation,
                parameters=taken,
                query=_query(request),
                headers={header: _header(request, header) or "" for header in _LOOKED_AT},
                body=_body(route, request),
                login=login,
                by_token=by_token,
            )
            result = await route.handler(call)  # type: ignore[misc]
        except SagewsError as error:
            # What should not have come so far is a fault: it is logged with its traceback, and the answer names the
            # line.
            if requests.status_of(error.code) == 500:
                raise
            result = _refusal(error)
        exchange.send(result)

    async def _login(self, policy: Policy, request: Request, cookie_name: str) -> tuple[Login | None, bool]:
        match policy:
            case Policy.OPEN:
                return None, False
            case Policy.LOGIN | Policy.OPERATOR if self._logins is not None:
                login, by_token = await self._found(self._logins, request, cookie_name)
            case _:
                # Also what is not thought of yet: a policy that nobody enforces must not let everybody in.
                raise SagewsError("forbidden")
        if policy is Policy.OPERATOR and not _may_operate(login):
            raise SagewsError("forbidden")
        return login, by_token

    async def _found(self, logins: Logins, request: Request, cookie_name: str) -> tuple[Login, bool]:
        cookie = request.getCookie(cookie_name.encode())
        credentials = Credentials(
            cookie.decode("latin-1") if cookie else None,
            _header(request, SECRET_HEADER),
            _header(request, "Authorization"),
        )
        return await logins.find(credentials), credentials.by_token


class _Exchange:
    """One request on its way: its correlation id, its access line, and whether anybody still waits for the answer."""

    def __init__(
        self, request: Request, address: str, seconds: Callable[[], float], lines: AccessLines, observe: Observe
    ) -> None:
        self._observe = observe
        self.correlation = new_id()
        self.address = address
        self.user = ""
        self._request = request
        self._seconds = seconds
        self._lines = lines
        self._begun = seconds()
        self.gone = False
        # Writing to a request whose peer has gone raises, in the middle of whoever had the answer ready.
        request.notifyFinish().addErrback(self._lost)

    def _lost(self, _reason: Failure) -> None:
        self.gone = True

    def failed(self, failure: Failure) -> None:
        """Answer what should not have happened: the person gets a number, the log the rest."""
        log.failure("A call failed", failure=failure, correlation=self.correlation)
        error = failure.value if isinstance(failure.value, SagewsError) else SagewsError("internal")
        self.send(_refusal(SagewsError(error.code, **{**error.parameters, "correlation": self.correlation})))

    def send(self, result: Answer) -> None:
        """Write an answer, unless the peer has gone, and the access line, unless there are too many."""
        request = self._request
        if not self.gone:
            request.setResponseCode(result.status)
            # A 304 speaks of what the browser has; a length of its own would be taken for that one's.
            if result.status != 304:
                request.setHeader("Content-Type", result.content_type)
                request.setHeader("Content-Length", str(len(result.body)))
            for name, value in _DEFAULTS:
                request.setHeader(name, value)
            given: set[str] = set()
            for name, value in result.headers:
                # The first takes the place of a default; an answer may set several cookies.
                put = request.responseHeaders.addRawHeader if name in given else request.setHeader
                put(name, value)
                given.add(name)
            request.write(b"" if request.method == b"HEAD" else result.body)
            request.finish()
        self._observe(result.status, self._seconds() - self._begun)
        if self._lines.may(self.address, self.user):
            self._write_line(result)

    def _write_line(self, result: Answer) -> None:
        request = self._request
        log.info(
            "{method} {path} {status}{refused} {size} bytes {milliseconds:.1f} ms",
            method=request.method.decode("latin-1")[:20],
            # A path is a stranger's text: line breaks and colours would forge lines of the log on a terminal.
            path=ascii(request.path[:200].decode("latin-1"))[1:-1],
            status=result.status,
            refused=f" {result.refused}" if result.refused else "",
            size=len(result.body),
            milliseconds=(self._seconds() - self._begun) * 1000,
            correlation=self.correlation,
            user=self.user,
            address=self.address,
        )


_PAGE = (
    '<!doctype html><meta charset="utf-8"><title>Sage Workspaces</title><p>{sentence}</p>'
    '<p><a href="/">To your workspaces</a></p>'
)
# What names nothing else is neither kept by anybody nor shown as a page.
_DEFAULTS: Headers = (("Cache-Control", "no-store"), ("Content-Security-Policy", NOTHING_POLICY))


def _become_websocket(resource: Any, request: Request, address: str) -> None:
    # Whom a proxy before us speaks for: what is behind this reads it there, and never what a stranger wrote.
    request.requestHeaders.setRawHeaders(b"x-forwarded-for", [address.encode()])
    channel: Any = request.channel
    channel.became_websocket()
    answered = resource.render(request)
    if answered is not NOT_DONE_YET:
        request.setHeader("Content-Length", str(len(answered)))
        request.write(answered)
        request.finish()
    else:
        # The websocket has the transport, and nobody hears of the request again. Each holds the other, and those of
        # thousands of websockets would wait for the collector of garbage, which would hold everybody up at once.
        channel.requests.clear()
        request.notifications.clear()


def _refusal(error: SagewsError) -> Answer:
    headers: list[tuple[str, str]] = []
    if error.code == "method-not-allowed":
        headers.append(("Allow", str(error.parameters["allowed"])))
    if "seconds" in error.parameters:
        headers.append(("Retry-After", str(error.parameters["seconds"])))
    body = {"code": error.code, "parameters": error.parameters, "message": str(error)}
    shown = answer({"error": body}, status=requests.status_of(error.code), headers=tuple(headers))
    return replace(shown, refused=error.code)


def _shown_refusal(error: SagewsError, accept: str | None) -> Answer:
    """Return a refusal in words where a person typed the address, as JSON where a program asks."""
    refusal = _refusal(error)
    if "text/html" not in (accept or ""):
        return refusal
    return replace(
        refusal, body=_PAGE.format(sentence=escape(str(error))).encode(), content_type="text/html; charset=utf-8"
    )


def _may_operate(login: Login) -> bool:
    return login.user.privilege == Privilege.ADMINISTRATOR or is_operator(login.user)


def _header(request: Request, name: str) -> str | None:
    # Asked for as bytes: Twisted decodes as UTF-8 otherwise, and fails for a header that is not.
    values = request.requestHeaders.getRawHeaders(name.encode("ascii"))
    return b",".join(values).decode("latin-1") if values else None


def _peer(request: Request) -> str:
    return str(getattr(request.getClientAddress(), "host", ""))


def _query(request: Request) -> dict[str, str]:
    try:
        return {name.decode("utf-8"): values[-1].decode("utf-8") for name, values in request.args.items()}
    except UnicodeDecodeError:
        raise SagewsError("bad-message", reason="the query is not UTF-8") from None


def _body(route: Route, request: Request) -> Any:
    # One byte more tells "too long" from "just fits" without reading the rest.
    data = request.content.read(requests.MAX_BODY + 1) if request.content else b""
    if len(data) > requests.MAX_BODY:
        raise SagewsError("too-large", limit=requests.MAX_BODY)
    if route.body is None:
        return None
    # A form of another site can send text/plain and nothing that needs a preflight; JSON it can't.
    if not (_header(request, "Content-Type") or "").lower().startswith("application/json"):
        raise SagewsError("bad-message", reason="the body has to be application/json")
    try:
        return msgspec.json.decode(data, type=route.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SagewsError("bad-message", reason=_reason(error)) from None


def _reason(error: Exception) -> str:
    """Return what was wrong with a body, without what a peer wrote (msgspec quotes unknown names: cut short)."""
    return ascii(str(error))[1:-1][:200]
