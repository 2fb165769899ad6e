"""Signing in and out: by password, by the first link, by a link from an administrator."""

from __future__ import annotations

from dataclasses import replace

from sagews.config.sign_in import SignInSection
from sagews.errors import SagewsError
from sagews.frontend.http import schemas
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.frontend.sign_in.known_browsers import KnownBrowsers
from sagews.frontend.sign_in.logins import Logins, NewLogin, forget_cookie
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import User
from sagews.model.identifiers import UserId
from sagews.policy.accounts import attempts, tokens
from sagews.policy.http.base_address import BaseAddress
from sagews.policy.http.requests import Policy
from sagews.policy.names import FIRST_ADMINISTRATOR, is_operator


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the routes of signing in and out."""
    browsers = KnownBrowsers(parts.accounts, parts.now)
    SignInCalls(parts.accounts, parts.logins(), browsers, parts.hasher, parts.sign_in).add_to(routes)


class SignInCalls:
    """The calls by which a person becomes a login, and stops being one."""

    def __init__(
        self,
        accounts: IAccountStore,
        logins: Logins,
        browsers: KnownBrowsers,
        hasher: Hasher,
        limits: SignInSection,
    ) -> None:
        self._accounts = accounts
        self._logins = logins
        self._browsers = browsers
        self._hasher = hasher
        self._limits = limits

    def add_to(self, routes: Routes) -> None:
        """Add the routes."""
        routes.add("POST", "/api/signin", Policy.OPEN, self.sign_in, body=schemas.SignIn)
        routes.add("POST", "/api/first", Policy.OPEN, self.first, body=schemas.OneTime)
        routes.add("POST", "/api/link", Policy.OPEN, self.link, body=schemas.OneTime)
        routes.add("POST", "/api/signout", Policy.LOGIN, self.sign_out, body=schemas.Nothing)

    async def sign_in(self, call: Call) -> Answer:
        """Sign in with address and password; unknown addresses take as long as wrong passwords."""
        email = call.body.email.strip()
        known = await self._browsers.find(call.headers.get("cookie", ""), email, call.base)
        # Before the password is looked at: counted afterwards, a thousand at once would all be tried.
        if known is not None:
            limits, lane = [attempts.browser_limit(email, known, self._limits)], ""
            await self.count(*limits)
        else:
            limits = [await self.count_account(email, call.address)]
            lane = await self._crowded(call.address)
            if lane:
                limits.append(attempts.crowded_limit(email, call.address, self._limits))
                await self.count(limits[-1])
        user = await self.check(email, call.body.password, lane)
        for limit in limits:
            await self._accounts.clear_attempts(limit.key)
        return await self._enter(user, call.base)

    async def _crowded(self, address: str) -> str:
        """Count an attempt of an address; return the lane in which it waits if there were very many, else "".

        Raises:
            SagewsError: `too-often` when there were ten times as many.
        """
        bound = attempts.address_limit(address, self._limits)
        count = await self._accounts.count_attempt(bound.key, bound.seconds)
        attempts.flooded_limit(address, self._limits).check(count)
        return attempts.network(address) if count > bound.most else ""

    async def count_account(self, email: str, address: str) -> attempts.Limit:
        """Count an attempt at an account from an address and return what it counts for; raises `too-often`."""
        limit = attempts.account_limit(email, address, self._limits)
        await self.count(limit)
        return limit

    async def count(self, *limits: attempts.Limit) -> None:
        """Count an attempt; raises SagewsError `too-often` past a limit."""
        for limit in limits:
            limit.check(await self._accounts.count_attempt(limit.key, limit.seconds))

    async def check(self, email: str, password: str, lane: str = "") -> User:
        """Return whose password this is, making its hash again if it is outdated.

        Raises:
            SagewsError: `bad-password`; `too-often` when too many wait, in all or in this lane.
        """
        found = await self._accounts.password_hash(email) if "\0" not in email else None
        user, stored = found if found else (None, None)
        # Hashed even for an account that is not there, so that the time of the answer tells nothing.
        if not await self._hasher.verify(password, stored, lane) or user is None or stored is None or user.disabled:
            raise SagewsError("bad-password")
        # The one moment at which we have the password itself.
        if self._hasher.outdated(stored):
            await self._accounts.rehash_password(user.id, await self._hasher.hash(password))
        return user

    async def first(self, call: Call) -> Answer:
        """Spend the first link: makes the first administrator, as long as there is none."""
        # Asked before the token is spent, and again by the statement that makes the account: of two at once one wins.
        if await self._accounts.has_administrator() or await self._spend("first", call.body.token) is None:
            raise SagewsError("expired")
        user = await self._accounts.create_first_administrator(FIRST_ADMINISTRATOR, "Administrator")
        return await self._enter(user, call.base)

    async def link(self, call: Call) -> Answer:
        """Spend a sign-in link that an administrator made."""
        subject = await self._spend("link", call.body.token)
        user = await self._accounts.user(UserId(subject)) if subject else None
        if user is None or is_operator(user):
            raise SagewsError("expired")
        opened = await self._logins.open(user, call.base)
        # Most links are asked for by people who have forgotten their password.
        await self._logins.let_set_password(opened.login)
        return await self._entered(opened, replace(user, has_password=False), call.base)

    async def _spend(self, kind: str, token: str) -> str | None:
        # No statement for what can't be one.
        if not tokens.is_secret(token):
            return None
        return await self._accounts.spend_one_time(kind, tokens.hashed(token))

    async def sign_out(self, call: Call) -> Answer:
        """End the login and remove its cookie."""
        await self._accounts.end_login(call.user.id, call.signed_in.id)
        headers = () if call.by_token else (("Set-Cookie", forget_cookie(call.base)),)
        return answer({}, headers=headers)

    async def _enter(self, user: User, base: BaseAddress) -> Answer:
        return await self._entered(await self._logins.open(user, base), user, base)

    async def _entered(self, opened: NewLogin, shown: User, base: BaseAddress) -> Answer:
        body = {"secret": opened.secret, "user": schemas.user(shown)}
        cookies = (opened.cookie_header, await self._browsers.know(shown, base))
        return answer(body, headers=tuple(("Set-Cookie", cookie) for cookie in cookies))
