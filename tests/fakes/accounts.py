"""An account store in memory; passes tests/contracts/accounts.py like the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import Login, Privilege, User
from sagews.model.identifiers import LoginId, UserId, new_id


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass
class StoredLogin:
    """A login as a row."""

    id: LoginId
    user: UserId
    expires: datetime
    cookie_hash: bytes | None = None
    secret_hash: bytes = b""
    token_hash: bytes | None = None
    ended: bool = False


@dataclass
class FakeAccountStore:
    """Accounts in dictionaries. `now` may be replaced; `ended` lists what `logins_ended` would have told."""

    __test__ = False
    now: Callable[[], datetime] = utc_now
    people: dict[UserId, User] = field(default_factory=dict)
    hashes: dict[UserId, str | None] = field(default_factory=dict)
    logins: dict[LoginId, StoredLogin] = field(default_factory=dict)
    one_time: dict[tuple[str, bytes], tuple[str, datetime]] = field(default_factory=dict)
    props: dict[UserId, dict[str, str]] = field(default_factory=dict)
    attempts: dict[bytes, tuple[datetime, int]] = field(default_factory=dict)
    ended: list[tuple[UserId, LoginId | None]] = field(default_factory=list)


class _Users(FakeAccountStore):
    async def create_user(self, email: str, name: str, privilege: str, password_hash: str | None) -> User:
        if any(user.email.lower() == email.lower() for user in self.people.values()):
            raise SagewsError("name-taken", name=email)
        user = User(UserId(new_id()), email, name, Privilege(privilege), password_hash is not None, self.now())
        self.people[user.id] = user
        self.hashes[user.id] = password_hash
        return user

    async def create_first_administrator(self, email: str, name: str) -> User:
        if await self.has_administrator():
            raise SagewsError("expired")
        return await self.create_user(email, name, Privilege.ADMINISTRATOR, None)

    async def has_administrator(self) -> bool:
        return any(user.privilege is Privilege.ADMINISTRATOR for user in self.people.values())

    async def user(self, user: UserId) -> User | None:
        found = self.people.get(user)
        return None if found is None or found.disabled else found

    async def find_users(self, users: Sequence[UserId]) -> list[User]:
        return sorted((self.people[user] for user in set(users) & set(self.people)), key=lambda u: (u.name, u.id))

    async def user_by_email(self, email: str) -> User | None:
        found = [user for user in self.people.values() if user.email.lower() == email.lower() and not user.disabled]
        return found[0] if found else None

    async def users(self, limit: int, after: UserId | None) -> list[User]:
        return sorted((user for user in self.people.values() if after is None or user.id > after), key=lambda u: u.id)[
            :limit
        ]

    async def password_hash(self, email: str) -> tuple[User, str | None] | None:
        user = await self.user_by_email(email)
        return None if user is None else (user, self.hashes[user.id])

    async def set_password(self, user: UserId, password_hash: str, keep: LoginId | None) -> None:
        await self.rehash_password(user, password_hash)
        self._end_all(user, keep)

    async def rehash_password(self, user: UserId, password_hash: str) -> None:
        self._change(user, has_password=True)
        self.hashes[user] = password_hash

    async def update_user(self, user: UserId, name: str | None, email: str | None) -> User:
        others = [other for other in self.people.values() if other.id != user]
        if email is not None and any(other.email.lower() == email.lower() for other in others):
            raise SagewsError("name-taken", name=email)
        changes = {key: value for key, value in (("name", name), ("email", email)) if value is not None}
        return self._change(user, **changes)

    async def set_privilege(self, user: UserId, privilege: str) -> None:
        self._change(user, privilege=Privilege(privilege))

    async def disable_user(self, user: UserId, disabled: bool) -> None:
        self._change(user, disabled=disabled)
        if disabled:
            self._end_all(user, None)

    async def settings(self, user: UserId) -> dict[str, str]:
        return dict(self.props.get(user, {}))

    async def set_settings(self, user: UserId, values: Mapping[str, str]) -> None:
        self.props.setdefault(user, {}).update(values)

    def _change(self, user: UserId, **changes: object) -> User:
        if user not in self.people:
            raise SagewsError("not-found")
        self.people[user] = replace(self.people[user], **changes)  # type: ignore[arg-type]
        return self.people[user]

    def _end_all(self, user: UserId, keep: LoginId | None) -> None:
        ending = [login for login in self.logins.values() if login.user == user and not login.ended]
        for login in ending:
            login.ended = login.id != keep
        if any(login.ended for login in ending):
            self.ended.append((user, None))


class _Logins(_Users):
    async def create_login(
        self, login: LoginId, user: UserId, cookie_hash: bytes, secret_hash: bytes, expires: datetime
    ) -> Login:
        return await self._add(StoredLogin(login, user, expires, cookie_hash, secret_hash))

    async def create_token(self, login: LoginId, user: UserId, token_hash: bytes, expires: datetime) -> Login:
        return await self._add(StoredLogin(login, user, expires, token_hash=token_hash))

    async def _add(self, login: StoredLogin) -> Login:
        user = await self.user(login.user)
        if user is None:
            raise SagewsError("not-found")
        self.logins[login.id] = login
        return Login(login.id, user, login.expires)

    async def _alive(self, login: StoredLogin | None) -> Login | None:
        if login is None or login.ended or login.expires <= self.now():
            return None
        user = await self.user(login.user)
        return None if user is None else Login(login.id, user, login.expires)

    async def login_by_cookie(self, cookie_hash: bytes) -> tuple[Login, bytes] | None:
        for stored in self.logins.values():
            if stored.cookie_hash == cookie_hash:
                login = await self._alive(stored)
                return None if login is None else (login, stored.secret_hash)
        return None

    async def login_by_token(self, token_hash: bytes) -> Login | None:
        found = [stored for stored in self.logins.values() if stored.token_hash == token_hash]
        return await self._alive(found[0]) if found else None

    async def login(self, user: UserId, login: LoginId) -> Login | None:
        found = await self._alive(self.logins.get(login))
        return found if found is not None and found.user.id == user else None

    async def alive_logins(self, logins: Sequence[LoginId]) -> set[LoginId]:
        return {login for login in logins if await self._alive(self.logins.get(login)) is not None}

    async def login_is_alive(self, user: UserId, login: LoginId) -> bool:
        return await self.login(user, login) is not None

    async def end_login(self, user: UserId, login: LoginId) -> None:
        stored = self.logins.get(login)
        if stored is not None and stored.user == user and not stored.ended:
            stored.ended = True
            self.ended.append((stored.user, login))


@implementer(IAccountStore)
class MemoryAccounts(_Logins):
    """The whole of it."""

    async def put_one_time(self, kind: str, token_hash: bytes, subject: str, expires: datetime) -> None:
        """Store a token."""
        self.one_time[kind, token_hash] = (subject, expires)

    async def find_one_time(self, kind: str, token_hash: bytes) -> str | None:
        """Look at a token."""
        subject, expires = self.one_time.get((kind, token_hash), ("", self.now()))
        return subject if expires > self.now() else None

    async def spend_one_time(self, kind: str, token_hash: bytes) -> str | None:
        """Spend a token."""
        subject, expires = self.one_time.get((kind, token_hash), ("", self.now()))
        if expires <= self.now():
            return None
        del self.one_time[kind, token_hash]
        return subject

    async def count_attempt(self, key: bytes, window_seconds: int) -> int:
        """Count an attempt."""
        started, count = self.attempts.get(key, (self.now(), 0))
        if (self.now() - started).total_seconds() > window_seconds:
            started, count = self.now(), 0
        self.attempts[key] = (started, count + 1)
        return count + 1

    async def clear_attempts(self, key: bytes) -> None:
        """Forget attempts."""
        self.attempts.pop(key, None)
