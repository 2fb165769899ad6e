"""Users and their settings in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg2.errors import UniqueViolation
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import Privilege, User
from sagews.model.identifiers import LoginId, UserId, new_id
from sagews.store.accounts.logins import LoginStore
from sagews.store.rows import USER_FIELDS, USER_WIDTH, user_from
from sagews.store.values import clean_text, json_parameter

MOST_USERS = 1000

# Ends logins of a user and tells it: "changed" must be a CTE with the user's id, {which} says which logins.
END_LOGINS = """
    ended as (
        update logins l set ended = now() from changed
        where l.user_id = changed.id and l.ended is null and {which}
        returning l.id
    ),
    told as (
        select pg_notify('logins_ended', json_build_object('user', changed.id, 'login', null)::text)
        from changed where exists (select from ended)
    )
    select changed.id, (select count(*) from told) from changed
"""


@implementer(IAccountStore)
class AccountStore(LoginStore):
    """Accounts through a pool of the frontend's role; methods that read no hash work for the backend's role too."""

    async def create_user(self, email: str, name: str, privilege: str, password_hash: str | None) -> User:
        """Create an account; `name-taken` if the address (compared without case) exists."""
        sql = f"""insert into users as u (id, email, name, privilege, password_hash)
            values (%s, %s, %s, %s, %s) returning {USER_FIELDS}"""
        return await self._change_user(
            email, sql, (new_id(), clean_text(email), clean_text(name), Privilege(privilege), password_hash)
        )

    async def create_first_administrator(self, email: str, name: str) -> User:
        """Create the first administrator in one statement; `expired` if there is one already."""
        # Two people who follow the first link in one moment both see no administrator: the claim's key lets one win.
        sql = f"""with claim as (
                insert into claims (what)
                select 'first administrator' where not exists (select from users where privilege = 'administrator')
                on conflict do nothing returning what
            )
            insert into users as u (id, email, name, privilege)
            select %s, %s, %s, 'administrator' from claim returning {USER_FIELDS}"""
        return await self._change_user(email, sql, (new_id(), clean_text(email), clean_text(name)), missing="expired")

    async def _change_user(
        self, email: str | None, sql: str, parameters: tuple[Any, ...], missing: str = "not-found"
    ) -> User:
        try:
            rows = await self._pool.execute(sql, parameters)
        except UniqueViolation:
            raise SagewsError("name-taken", name=email or "") from None
        if not rows:
            raise SagewsError(missing)
        return user_from(rows[0])

    async def has_administrator(self) -> bool:
        """Whether there is an administrator."""
        rows = await self._pool.query("select exists (select from users where privilege = 'administrator')")
        return bool(rows[0][0])

    async def user(self, user: UserId) -> User | None:
        """Return an account that is not disabled."""
        rows = await self._pool.query(f"select {USER_FIELDS} from users u where id = %s and not disabled", (user,))
        return user_from(rows[0]) if rows else None

    async def find_users(self, users: Sequence[UserId]) -> list[User]:
        """Return these accounts by name, those that are disabled too; unknown ones are left out."""
        sql = f"select {USER_FIELDS} from users u where id = any(%s::uuid[]) order by name, id"
        return [user_from(row) for row in await self._pool.query(sql, (list(users),))]

    async def user_by_email(self, email: str) -> User | None:
        """Return an account that is not disabled, by its address without case."""
        sql = f"select {USER_FIELDS} from users u where lower(email) = lower(%s) and not disabled"
        rows = await self._pool.query(sql, (clean_text(email),))
        return user_from(rows[0]) if rows else None

    async def users(self, limit: int, after: UserId | None) -> list[User]:
        """List accounts by id, those that are disabled too; at most 1,000."""
        sql = f"""select {USER_FIELDS} from users u
            where %s::uuid is null or id > %s::uuid order by id limit %s"""
        rows = await self._pool.query(sql, (after, after, min(limit, MOST_USERS)))
        return [user_from(row) for row in rows]

    async def password_hash(self, email: str) -> tuple[User, str | None] | None:
        """Return an account that is not disabled and its argon2 hash for sign-in."""
        sql = f"""select {USER_FIELDS}, u.password_hash from users u
            where lower(email) = lower(%s) and not disabled"""
        # A hash is in no other statement: those also run as the backend's role, which has no right to that column.
        rows = await self._pool.query(sql, (clean_text(email),))
        return (user_from(rows[0]), rows[0][USER_WIDTH]) if rows else None

    async def set_password(self, user: UserId, password_hash: str, keep: LoginId | None) -> None:
        """Store a hash and end every login but `keep`, in one statement; notifies `logins_ended`."""
        sql = f"""with changed as (update users set password_hash = %s where id = %s returning id),
            {END_LOGINS.format(which="l.id is distinct from %s::uuid")}"""
        await self._must_find(sql, (password_hash, user, keep))

    async def rehash_password(self, user: UserId, password_hash: str) -> None:
        """Store a hash of the same password made with newer parameters; ends no login."""
        # Unlike a change of the password, which is how people throw others out: nothing has changed for anybody here.
        await self._must_find("update users set password_hash = %s where id = %s returning id", (password_hash, user))

    async def update_user(self, user: UserId, name: str | None, email: str | None) -> User:
        """Change name or address; `name-taken` if the address is somebody else's, `not-found` without the account."""
        sql = f"""update users u set name = coalesce(%s, name), email = coalesce(%s, email)
            where id = %s returning {USER_FIELDS}"""
        return await self._change_user(email, sql, (name and clean_text(name), email and clean_text(email), user))

    async def set_privilege(self, user: UserId, privilege: str) -> None:
        """Change what a person is on the installation."""
        await self._must_find(
            "update users set privilege = %s where id = %s returning id", (Privilege(privilege), user)
        )

    async def disable_user(self, user: UserId, disabled: bool) -> None:
        """Disable an account (its logins end) or enable it again."""
        sql = f"""with changed as (update users set disabled = %s where id = %s returning id),
            {END_LOGINS.format(which="%s")}"""
        await self._must_find(sql, (disabled, user, disabled))

    async def settings(self, user: UserId) -> dict[str, str]:
        """Return user_settings of a person."""
        rows = await self._pool.query("select prop, value from user_settings where user_id = %s", (user,))
        return {prop: value for prop, value in rows}

    async def set_settings(self, user: UserId, values: Mapping[str, str]) -> None:
        """Upsert user_settings."""
        sql = """insert into user_settings (user_id, prop, value)
            select %s, key, value from json_each_text(%s)
            on conflict (user_id, prop) do update set value = excluded.value"""
        await self._pool.execute(sql, (user, json_parameter(dict(values))))

    async def _must_find(self, sql: str, parameters: tuple[Any, ...]) -> None:
        if not await self._pool.execute(sql, parameters):
            raise SagewsError("not-found")
