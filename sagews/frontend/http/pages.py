"""The pages: one shell for every address of the client, its files, and the frame on the other origin."""

from __future__ import annotations

from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.http.static_files import CHECK_AGAIN, FOREVER, BuiltFile, BuiltFiles
from sagews.interfaces.accounts import IAccountStore
from sagews.policy.http.headers import file_policy, frame_policy, shell_policy
from sagews.policy.http.requests import Addresses, Policy

PROTOCOL = 1
NAME = "Sage Workspaces"
# Named one by one, so that a mistyped address is a 404 and not a page that finds nothing.
SHELL_PATHS = (
    "/",
    "/signin",
    "/workspaces",
    "/w/{workspace}",
    "/w/{workspace}/{document}",
    "/settings",
    "/management",
    "/management/{name...}",
)


class Pages:
    """The shell, its files, and what the page asks first."""

    def __init__(self, accounts: IAccountStore, built: BuiltFiles, version: str) -> None:
        self._accounts = accounts
        self._built = built
        self._version = version

    def add_to(self, routes: Routes) -> None:
        """Add the routes."""
        for path in SHELL_PATHS:
            routes.add("GET", path, Policy.OPEN, self.shell)
        routes.add("GET", "/static/{name...}", Policy.OPEN, self.file)
        routes.add("GET", "/api/site", Policy.OPEN, self.site)

    async def shell(self, call: Call) -> Answer:
        """The page; it holds no data."""
        # Asked for again each time, for it names the files of this build; those are named by their content and kept for
        # ever.
        policy = shell_policy(call.base.site, call.base.websocket, call.base.content)
        return _sent(self._built.shell, call, CHECK_AGAIN, policy)

    async def file(self, call: Call) -> Answer:
        """A built file."""
        name = call.parameters["name"]
        return _sent(self._built.file(name), call, FOREVER, file_policy(name))

    async def site(self, call: Call) -> Answer:
        """What a page has to know before anybody has signed in."""
        return answer(
            {
                "name": NAME,
                "version": self._version,
                "untrusted_origin": call.base.content,
                "needs_first": not await self._accounts.has_administrator(),
                "protocol": PROTOCOL,
            }
        )


class ContentPages:
    """The origin of untrusted content: no cookie is read or set here."""

    def __init__(self, built: BuiltFiles, addresses: Addresses) -> None:
        self._built = built
        # The grammar of policies knows no IPv6 addresses: browsers leave them out, and complain on their console.
        origins = [origin for origin in addresses.site_origins() if "[" not in origin]
        self._policy = frame_policy(origins, built.frame.data)

    def add_to(self, routes: Routes) -> None:
        """Add the route."""
        routes.add("GET", "/frame", Policy.OPEN, self.frame)

    async def frame(self, call: Call) -> Answer:
        """The page that shows untrusted HTML."""
        return _sent(self._built.frame, call, CHECK_AGAIN, self._policy)


def _sent(page: BuiltFile, call: Call, cache: str, policy: str) -> Answer:
    headers = (("Content-Security-Policy", policy),)
    return page.answer(cache, call.headers["accept-encoding"], call.headers["if-none-match"], headers)
