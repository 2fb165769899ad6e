"""Logins, personal tokens, one-time tokens and sign-in attempts in PostgreSQL; hashes alone are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from psycopg2 import Binary

from sagews.errors import SagewsError
from sagews.model.accounts import Login
from sagews.model.identifiers import LoginId, UserId
from sagews.store.arrays import bytes_array, text_array
from sagews.store.batcher import Batcher
from sagews.store.connection import Row
from sagews.store.pool import ConnectionPool
from sagews.store.rows import USER_FIELDS, USER_WIDTH, user_from

LOGIN_FIELDS = f"{USER_FIELDS}, l.id, l.expires"
ALIVE = "l.ended is null and l.expires > now() and not u.disabled"


def login_from(row: Row) -> Login:
    """Return the login whose LOGIN_FIELDS begin a row."""
    identifier, expires = row[USER_WIDTH : USER_WIDTH + 2]
    return Login(LoginId(identifier), user_from(row), expires)


class LoginStore:
    """The half of the account store that is about signing in."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        # Asked with every call of the site and by every page that greets: by all of a class in one moment.
        self._by_cookie = Batcher(self._logins_by_cookie)
        self._by_id = Batcher(self._logins)

    async def create_login(
        self, login: LoginId, user: UserId, cookie_hash: bytes, secret_hash: bytes, expires: datetime
    ) -> Login:
        """Store a sign-in: SHA-256 of the cookie and of the origin's secret; sweeps logins long over."""
        return await self._insert_login(login, user, cookie_hash, secret_hash, None, expires)

    async def create_token(self, login: LoginId, user: UserId, token_hash: bytes, expires: datetime) -> Login:
        """Store a personal token (for the command line): a login without a cookie."""
        return await self._insert_login(login, user, None, None, token_hash, expires)

    async def _insert_login(
        self,
        login: LoginId,
        user: UserId,
        cookie_hash: bytes | None,
        secret_hash: bytes | None,
        token_hash: bytes | None,
        expires: datetime,
    ) -> Login:
        # From the account's own row: whoever is disabled between their password and this statement gets no login.
        sql = f"""with swept as (delete from logins where expires < now() - interval '30 days'),
            l as (
                insert into logins (id, user_id, cookie_hash, secret_hash, token_hash, expires)
                select %s, id, %s, %s, %s, %s from users where id = %s and not disabled
                returning id, user_id, expires
            )
            select {LOGIN_FIELDS} from l join users u on u.id = l.user_id"""
        hashes = [None if value is None else Binary(value) for value in (cookie_hash, secret_hash, token_hash)]
        rows = await self._pool.execute(sql, (login, *hashes, expires, user))
        if not rows:
            raise SagewsError("not-found")
        return login_from(rows[0])

    async def login_by_cookie(self, cookie_hash: bytes) -> tuple[Login, bytes] | None:
        """Return a login that is alive and the hash of its origin's secret."""
        return await self._by_cookie.get(cookie_hash, cookie_hash)

    async def _logins_by_cookie(self, cookie_hashes: Sequence[bytes]) -> Mapping[bytes, tuple[Login, bytes]]:
        sql = f"""select {LOGIN_FIELDS}, l.secret_hash, l.cookie_hash from logins l join users u on u.id = l.user_id
            where l.cookie_hash = any(%s::bytea[]) and {ALIVE}"""
        rows = await self._pool.query_prepared(sql, (bytes_array(cookie_hashes),))
        return {bytes(row[-1]): (login_from(row), bytes(row[-2])) for row in rows}

    async def login_by_token(self, token_hash: bytes) -> Login | None:
        """Return the login of a personal token."""
        sql = f"""select {LOGIN_FIELDS} from logins l join users u on u.id = l.user_id
            where l.token_hash = %s and {ALIVE}"""
        rows = await self._pool.query(sql, (Binary(token_hash),))
        return login_from(rows[0]) if rows else None

    async def login(self, user: UserId, login: LoginId) -> Login | None:
        """Return a login of this person that is alive."""
        return await self._by_id.get((user, login), (user, login))

    async def _logins(self, asked: Sequence[tuple[UserId, LoginId]]) -> Mapping[tuple[UserId, LoginId], Login]:
        sql = f"""select {LOGIN_FIELDS} from logins l join users u on u.id = l.user_id
            join unnest(%s::uuid[], %s::uuid[]) as a (user_id, login) on l.id = a.login and l.user_id = a.user_id
            where {ALIVE}"""
        rows = await self._pool.query_prepared(sql, tuple(map(text_array, zip(*asked, strict=True))))
        return {(login.user.id, login.id): login for login in map(login_from, rows)}

    async def login_is_alive(self, user: UserId, login: LoginId) -> bool:
        """Whether a login of this person has neither ended nor expired, and the account is not disabled."""
        sql = f"""select exists (select from logins l join users u on u.id = l.user_id
            where l.id = %s and l.user_id = %s and {ALIVE})"""
        return bool((await self._pool.query(sql, (login, user)))[0][0])

    async def alive_logins(self, logins: Sequence[LoginId]) -> set[LoginId]:
        """Return those of these logins that are alive, as `login_is_alive` says of one."""
        sql = f"select l.id from logins l join users u on u.id = l.user_id where l.id = any(%s::uuid[]) and {ALIVE}"
        return {LoginId(row[0]) for row in await self._pool.query(sql, (text_array(logins),))}

    async def end_login(self, user: UserId, login: LoginId) -> None:
        """End a login of this person; notifies `logins_ended`. Nothing happens to somebody else's."""
        sql = """with ended as (
                update logins set ended = now() where id = %s and user_id = %s and ended is null
                returning id, user_id
            )
            select pg_notify('logins_ended', json_build_object('user', user_id, 'login', id)::text) from ended"""
        # Told by the statement itself: backends close the pages of a login that ended, and none can end untold.
        await self._pool.execute(sql, (login, user))

    async def put_one_time(self, kind: str, token_hash: bytes, subject: str, expires: datetime) -> None:
        """Store a one-time token: "first", "link", "join", "known"; sweeps what expired."""
        sql = """with swept as (delete from one_time_tokens where expires < now() - interval '1 day')
            insert into one_time_tokens (kind, token_hash, subject, expires) values (%s, %s, %s, %s)"""
        await self._pool.execute(sql, (kind, Binary(token_hash), subject, expires))

    async def find_one_time(self, kind: str, token_hash: bytes) -> str | None:
        """Return the subject of a one-time token that is neither spent nor expired, and leave it."""
        sql = "select subject from one_time_tokens where kind = %s and token_hash = %s and expires > now()"
        rows = await self._pool.query(sql, (kind, Binary(token_hash)))
        return rows[0][0] if rows else None

    async def spend_one_time(self, kind: str, token_hash: bytes) -> str | None:
        """Spend a one-time token in one statement and return its subject; None if unknown, spent or expired."""
        # Found and deleted at once: of two who follow one link in the same moment one gets it.
        sql = """delete from one_time_tokens where kind = %s and token_hash = %s and expires > now()
            returning subject"""
        rows = await self._pool.execute(sql, (kind, Binary(token_hash)))
        return rows[0][0] if rows else None

    async def count_attempt(self, key: bytes, window_seconds: int) -> int:
        """Count a sign-in attempt under a hashed key and return how many there were within the window.

        The window begins with the first attempt and is not moved by later ones.
        """
        # Not its own key: PostgreSQL does not say which of two changes of one row in a statement counts.
        sql = """with swept as (delete from attempts where started < now() - interval '1 day' and key <> %s)
            insert into attempts as a (key, count) values (%s, 1)
            on conflict (key) do update set
                count = case when a.started < now() - make_interval(secs => %s) then 1 else a.count + 1 end,
                started = case when a.started < now() - make_interval(secs => %s) then now() else a.started end
            returning count"""
        rows = await self._pool.execute(sql, (Binary(key), Binary(key), window_seconds, window_seconds))
        return int(rows[0][0])

    async def clear_attempts(self, key: bytes) -> None:
        """Forget the attempts of a key after success."""
        await self._pool.execute("delete from attempts where key = %s", (Binary(key),))
