"""What is stored of people: accounts, sign-ins, tokens, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zope.interface import Interface

from sagews.model.accounts import Login, User
from sagews.model.identifiers import LoginId, UserId


class IAccountStore(Interface):
    """Users, logins, settings, tokens (the frontend's database role; the backend's sees all but hashes)."""

    async def create_user(email: str, name: str, privilege: str, password_hash: str | None) -> User:
        """Create an account; `name-taken` if the address (compared without case) exists."""

    async def create_first_administrator(email: str, name: str) -> User:
        """Create the first administrator in one statement; `expired` if there is one already."""

    async def has_administrator() -> bool:
        """Whether there is an administrator."""

    async def user(user: UserId) -> User | None:
        """Return an account that is not disabled."""

    async def find_users(users: Sequence[UserId]) -> list[User]:
        """Return these accounts by name, those that are disabled too; unknown ones are left out."""

    async def user_by_email(email: str) -> User | None:
        """Return an account that is not disabled, by its address without case."""

    async def users(limit: int, after: UserId | None) -> list[User]:
        """List accounts by id."""

    async def password_hash(email: str) -> tuple[User, str | None] | None:
        """Return an account and its argon2 hash for sign-in."""

    async def set_password(user: UserId, password_hash: str, keep: LoginId | None) -> None:
        """Store a hash and end every login but `keep`, in one statement; notifies `logins_ended`."""

    async def rehash_password(user: UserId, password_hash: str) -> None:
        """Store a hash of the same password made with newer parameters; ends no login."""

    async def update_user(user: UserId, name: str | None, email: str | None) -> User:
        """Change name or address."""

    async def set_privilege(user: UserId, privilege: str) -> None:
        """Change what a person is on the installation."""

    async def disable_user(user: UserId, disabled: bool) -> None:
        """Disable an account (its logins end) or enable it again."""

    async def create_login(
        login: LoginId, user: UserId, cookie_hash: bytes, secret_hash: bytes, expires: datetime
    ) -> Login:
        """Store a sign-in: SHA-256 of the cookie and of the origin's secret."""

    async def login_by_cookie(cookie_hash: bytes) -> tuple[Login, bytes] | None:
        """Return a login that is alive and the hash of its origin's secret."""

    async def login(user: UserId, login: LoginId) -> Login | None:
        """Return a login of this person that is alive."""

    async def login_is_alive(user: UserId, login: LoginId) -> bool:
        """Whether a login of this person has neither ended nor expired; asked again by open sockets."""

    async def alive_logins(logins: Sequence[LoginId]) -> set[LoginId]:
        """Return those of these logins that have neither ended nor expired, in one statement."""

    async def end_login(user: UserId, login: LoginId) -> None:
        """End a login of this person; notifies `logins_ended`. Nothing happens to somebody else's."""

    async def create_token(login: LoginId, user: UserId, token_hash: bytes, expires: datetime) -> Login:
        """Store a personal token (for the command line): a login without a cookie."""

    async def login_by_token(token_hash: bytes) -> Login | None:
        """Return the login of a personal token."""

    async def put_one_time(kind: str, token_hash: bytes, subject: str, expires: datetime) -> None:
        """Store a one-time token: "first", "link", "join"; "known" of a browser, which is never spent."""

    async def find_one_time(kind: str, token_hash: bytes) -> str | None:
        """Return the subject of a one-time token that is neither spent nor expired, and leave it; None without one."""

    async def spend_one_time(kind: str, token_hash: bytes) -> str | None:
        """Spend a one-time token in one statement and return its subject; None if unknown, spent or expired."""

    async def settings(user: UserId) -> dict[str, str]:
        """Return user_settings of a person."""

    async def set_settings(user: UserId, values: Mapping[str, str]) -> None:
        """Upsert user_settings."""

    async def count_attempt(key: bytes, window_seconds: int) -> int:
        """Count a sign-in attempt under a hashed key and return how many there were within the window."""

    async def clear_attempts(key: bytes) -> None:
        """Forget the attempts of a key after success."""
