"""Who calls: cookie and origin's secret, or a personal token, become a login; and how a login is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import Login, User
from sagews.model.identifiers import LoginId, new_id
from sagews.policy.accounts import tokens
from sagews.policy.http.base_address import BaseAddress

SECRET_HEADER = "X-Sagews-Secret"  # noqa: S105 - the name of a header


# The right hangs on a login, which its own secrets prove; nobody holds a secret for it.
_NEW_PASSWORD = "new-password"  # noqa: S105 - the kind of a one-time right


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A new login and its two secrets, which exist here only."""

    login: Login
    secret: str
    cookie_header: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings to say who calls."""

    cookie: str | None
    secret: str | None
    authorization: str | None

    @property
    def by_token(self) -> bool:
        """Whether a personal token is used; then the cookie does not count."""
        return self.authorization is not None


class Logins:
    """Finds and opens logins.

    Args:
        accounts: the store.
        now: returns the time, UTC.
    """

    def __init__(self, accounts: IAccountStore, now: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._now = now

    async def find(self, credentials: Credentials) -> Login:
        """Return the login of a request.

        Raises:
            SagewsError: `not-signed-in` unless both halves fit.
        """
        login = await (self._by_token(credentials) if credentials.by_token else self._by_cookie(credentials))
        if login is None:
            raise SagewsError("not-signed-in")
        return login

    async def _by_token(self, credentials: Credentials) -> Login | None:
        scheme, _, token = (credentials.authorization or "").partition(" ")
        # Its form is looked at before the database is asked: rubbish costs no statement.
        if scheme.lower() != "bearer" or not tokens.is_secret(token):
            return None
        return await self._accounts.login_by_token(tokens.hashed(token))

    async def _by_cookie(self, credentials: Credentials) -> Login | None:
        cookie, secret = credentials.cookie, credentials.secret
        # Cookies are shared by all ports of a host, so another server there may have one; the secret is in our origin's
        # storage.
        if cookie is None or secret is None or not (tokens.is_secret(cookie) and tokens.is_secret(secret)):
            return None
        found = await self._accounts.login_by_cookie(tokens.hashed(cookie))
        if found is None:
            return None
        login, secret_hash = found
        # In constant time, and only the hash is ours.
        return login if tokens.matches(secret, secret_hash) else None

    async def open(self, user: User, base: BaseAddress) -> NewLogin:
        """Open a login for a person who proved who they are, in the browser that came this way."""
        cookie, secret = tokens.new_secret(), tokens.new_secret()
        expires = self._now() + tokens.LOGIN_LIFETIME
        login = await self._accounts.create_login(
            LoginId(new_id()), user.id, tokens.hashed(cookie), tokens.hashed(secret), expires
        )
        return NewLogin(login, secret, _cookie(base, cookie, int(tokens.LOGIN_LIFETIME.total_seconds())))

    async def let_set_password(self, login: Login) -> None:
        """Let the person of a login set a password without the old one, once and soon: they came by a link."""
        expires = self._now() + tokens.FIRST_LINK_LIFETIME
        await self._accounts.put_one_time(_NEW_PASSWORD, tokens.hashed(login.id), login.user.id, expires)

    async def may_set_password(self, login: Login) -> bool:
        """Whether they may; only once."""
        return await self._accounts.spend_one_time(_NEW_PASSWORD, tokens.hashed(login.id)) == login.user.id


def forget_cookie(base: BaseAddress) -> str:
    """Return the Set-Cookie header that removes the cookie."""
    return _cookie(base, "", 0)


def known_cookie(base: BaseAddress, value: str, seconds: int) -> str:
    """Return the Set-Cookie header by which a browser is known (known_browsers.py)."""
    return _cookie(base, value, seconds, "_known")


def _cookie(base: BaseAddress, value: str, seconds: int, suffix: str = "") -> str:
    secure = "; Secure" if base.secure else ""
    # Strict: a link from elsewhere arrives signed out at first, and nothing that it could start is done in
    # somebody's name.
    return f"{base.cookie_name}{suffix}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"
