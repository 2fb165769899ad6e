"""Browsers in which somebody has signed in to an account before: wrong attempts of others are not theirs.

A second cookie says so. It opens nothing, and is good for one account.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sagews.frontend.sign_in.logins import known_cookie
from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import User
from sagews.policy.accounts import tokens
from sagews.policy.http.base_address import BaseAddress

KIND = "known"
MOST_COOKIES = 8192


class KnownBrowsers:
    """Makes browsers known and knows them again.

    Args:
        accounts: the store.
        now: returns the time, UTC.
    """

    def __init__(self, accounts: IAccountStore, now: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._now = now

    async def know(self, user: User, base: BaseAddress) -> str:
        """Return the Set-Cookie header by which this browser is known when it signs in to this account again."""
        known = tokens.new_secret()
        expires = self._now() + tokens.KNOWN_LIFETIME
        await self._accounts.put_one_time(KIND, tokens.hashed(known), user.id, expires)
        return known_cookie(base, known, int(tokens.KNOWN_LIFETIME.total_seconds()))

    async def find(self, cookies: str, email: str, base: BaseAddress) -> bytes | None:
        """Return the hash by which a browser is known for an account; None if nobody signed in to it there.

        Args:
            cookies: the Cookie header.
            email: of the account.
            base: how the browser came, which names the cookie.
        """
        name = f"{base.cookie_name}_known"
        values = [part.strip().partition("=") for part in cookies[:MOST_COOKIES].split(";")]
        value = next((value for found, _, value in values if found == name), "")
        if not tokens.is_secret(value) or "\0" in email:
            return None
        user, known = await self._accounts.user_by_email(email), tokens.hashed(value)
        if user is None or await self._accounts.find_one_time(KIND, known) != user.id:
            return None
        return known
