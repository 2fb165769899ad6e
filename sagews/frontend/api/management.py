"""What administrators and the command line do: accounts, the state of the installation, its logs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sagews.errors import SagewsError
from sagews.frontend.http import schemas as shapes
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.logs import ILogStore
from sagews.model.identifiers import UserId, parse_id
from sagews.model.logs import LogQuery
from sagews.policy import names
from sagews.policy.accounts import tokens
from sagews.policy.accounts.passwords import check_password
from sagews.policy.http.requests import Addresses, Policy

Status = Callable[[], Awaitable[Mapping[str, Any]]]

LEVELS = ("debug", "info", "warn", "error", "critical")
MOST_USERS = 500
_LOG_TEXTS = ("component", "machine", "correlation", "text")


class ManagementCalls:
    """The calls of administrators.

    Args:
        logs: None on a frontend that reads no logs.
        status: returns what `GET /api/status` shows.
        now: returns the time, UTC.
    """

    def __init__(
        self,
        accounts: IAccountStore,
        logs: ILogStore | None,
        status: Status,
        hasher: Hasher,
        addresses: Addresses,
        now: Callable[[], datetime],
    ) -> None:
        self._accounts = accounts
        self._logs = logs
        self._status = status
        self._hasher = hasher
        self._addresses = addresses
        self._now = now

    def add_to(self, routes: Routes) -> None:
        """Add the routes."""
        routes.add("GET", "/api/users", Policy.OPERATOR, self.users)
        routes.add("POST", "/api/users", Policy.OPERATOR, self.create, body=shapes.NewUser)
        routes.add("PATCH", "/api/users/{user}", Policy.OPERATOR, self.change, body=shapes.UserChange)
        routes.add("POST", "/api/users/{user}/link", Policy.OPERATOR, self.link, body=shapes.Nothing)
        routes.add("GET", "/api/status", Policy.OPERATOR, self.status)
        routes.add("GET", "/api/logs", Policy.OPERATOR, self.logs)

    async def users(self, call: Call) -> Answer:
        """List accounts by id, after one of them."""
        after = call.query.get("after")
        limit = _number(call.query.get("limit"), "limit", MOST_USERS, MOST_USERS)
        found = await self._accounts.users(limit, UserId(parse_id(after, "after")) if after else None)
        return answer({"users": [shapes.account(each) for each in found]})

    async def create(self, call: Call) -> Answer:
        """Make an account."""
        email, name = names.email(call.body.email), names.person(call.body.name)
        hashed = None
        if call.body.password is not None:
            hashed = await self._hasher.hash(check_password(call.body.password))
        made = await self._accounts.create_user(email, name, call.body.privilege, hashed)
        return answer({"user": shapes.account(made)}, status=201)

    async def change(self, call: Call) -> Answer:
        """Set a password, a privilege, or whether an account is disabled: of others, and never of the operator."""
        user, change = await self._target(call), call.body
        if user == call.user.id and (change.privilege is not None or change.disabled is not None):
            raise SagewsError("forbidden")
        hashed = None
        if change.password is not None:
            hashed = await self._hasher.hash(check_password(change.password))
        if change.disabled is not None:
            await self._accounts.disable_user(user, change.disabled)
        if change.privilege is not None:
            await self._accounts.set_privilege(user, change.privilege)
        if hashed is not None:
            await self._accounts.set_password(user, hashed, None)
        found = await self._accounts.user(user)
        return answer({"user": shapes.account(found) if found else None})

    async def link(self, call: Call) -> Answer:
        """Make a link that signs a person in once, within a day; its secret stands in the fragment."""
        user = await self._target(call)
        if await self._accounts.user(user) is None:
            raise SagewsError("not-found")
        token = tokens.new_secret()
        expires = self._now() + tokens.LINK_LIFETIME
        await self._accounts.put_one_time("link", tokens.hashed(token), user, expires)
        return answer({"url": f"{self._addresses.site_origin(call.name)}/signin#link={token}"})

    async def _target(self, call: Call) -> UserId:
        user = UserId(call.parameters["user"])
        operator = await self._accounts.user_by_email(names.OPERATOR)
        if operator is not None and operator.id == user:
            raise SagewsError("forbidden")
        return user

    async def status(self, _call: Call) -> Answer:
        """The state of the installation."""
        return answer(await self._status())

    async def logs(self, call: Call) -> Answer:
        """Log records, newest first."""
        if self._logs is None:
            raise SagewsError("not-found")
        found = await self._logs.query(log_query(call.query))
        return answer({"records": [shapes.record(each) for each in found]})


def log_query(query: Mapping[str, str]) -> LogQuery:
    """Return what a query string asks of the logs.

    Raises:
        SagewsError: `bad-value` for an unknown level, a time that is not ISO 8601, a text of more than 200 characters.
    """
    level = query.get("level") or None
    if level is not None and level not in LEVELS:
        raise SagewsError("bad-value", field="level", reason=f"it is none of {', '.join(LEVELS)}")
    texts = {name: _short(query.get(name), name) for name in _LOG_TEXTS}
    return LogQuery(
        least_level=level,
        since=_time(query.get("since"), "since"),
        before=_time(query.get("before"), "before"),
        limit=_number(query.get("limit"), "limit", 100, 1000),
        **texts,
    )


def _short(value: str | None, field: str) -> str | None:
    if value and (len(value) > 200 or "\0" in value):
        raise SagewsError("bad-value", field=field, reason="it is too long or can't be shown")
    return value or None


def _time(value: str | None, field: str) -> datetime | None:
    if not value:
        return None
    try:
        parsed = datetime.fromisoformat(value[:50].replace(" ", "+"))
    except ValueError:
        raise SagewsError("bad-value", field=field, reason="it is not a time (ISO 8601)") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _number(value: str | None, field: str, default: int, most: int) -> int:
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 9) or not 1 <= int(value) <= most:
        raise SagewsError("bad-value", field=field, reason=f"it is not a number from 1 to {most}")
    return int(value)
