"""What a daemon prepares at its start: the first administrator's link, and the command line's personal token."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import Login, Privilege, User
from sagews.model.identifiers import LoginId, new_id
from sagews.net.private_files import write_private
from sagews.policy.accounts import tokens
from sagews.policy.names import FIRST_ADMINISTRATOR, OPERATOR


async def ensure_first_link(accounts: IAccountStore, origin: str, now: Callable[[], datetime]) -> str | None:
    """Return a link that makes the first administrator, or None if there is one.

    Args:
        accounts: the store.
        origin: of the site, for instance "http://127.0.0.1:8080".
        now: returns the time, UTC; the link is good for 30 minutes and one use.
    """
    # Afterwards no such link is ever good again, whoever still has one.
    if await accounts.has_administrator():
        return None
    token = tokens.new_secret()
    await accounts.put_one_time("first", tokens.hashed(token), FIRST_ADMINISTRATOR, now() + tokens.FIRST_LINK_LIFETIME)
    return f"{origin}/#first={token}"


async def ensure_personal_token(accounts: IAccountStore, path: Path, now: Callable[[], datetime]) -> Login:
    """Make sure that a file holds a living token of the built-in account "operator", readable by its owner alone.

    A token that lives for more than another month is kept, so that a restart breaks no shell that reads it.

    Raises:
        SagewsError: `configuration` when the file can't be written.
    """
    operator = await _operator(accounts)
    login = await _kept(accounts, path)
    # Kept while it lives: a shell that has read it would fail after each restart of the daemon.
    if login is not None and login.user.id == operator.id and login.expires - now() > tokens.TOKEN_RENEWAL:
        return login
    token = tokens.new_secret()
    login = await _issue(accounts, operator, token, now() + tokens.TOKEN_LIFETIME)
    write_private(path, f"{token}\n".encode())
    return login


async def _operator(accounts: IAccountStore) -> User:
    found = await accounts.user_by_email(OPERATOR)
    if found is None:
        return await accounts.create_user(OPERATOR, "Command line", Privilege.USER, None)
    return found


async def _kept(accounts: IAccountStore, path: Path) -> Login | None:
    token = read_private(path)
    return await accounts.login_by_token(tokens.hashed(token)) if token else None


async def _issue(accounts: IAccountStore, user: User, token: str, expires: datetime) -> Login:
    return await accounts.create_token(LoginId(new_id()), user.id, tokens.hashed(token), expires)


def read_private(path: Path) -> str | None:
    """Return the token in a file, or None when there is none or others could have read it."""
    try:
        with open(path, encoding="ascii") as file:
            # A token that others could read is as good as published: it is replaced.
            mode = os.fstat(file.fileno()).st_mode & 0o077
            text = file.read(100).strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if tokens.is_secret(text) and not mode else None
