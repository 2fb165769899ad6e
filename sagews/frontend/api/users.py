"""What administrators and the command line do with accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sagews.errors import SagewsError
from sagews.frontend.http import schemas
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.query import number
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.interfaces.accounts import IAccountStore
from sagews.model.identifiers import UserId, parse_id
from sagews.policy import names
from sagews.policy.accounts import tokens
from sagews.policy.accounts.passwords import check_password
from sagews.policy.http.requests import Policy

MOST_USERS = 500


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the routes of accounts."""
    calls = UserCalls(parts.accounts, parts.hasher, parts.addresses.shown, parts.now)
    routes.add("GET", "/api/users", Policy.OPERATOR, calls.users)
    routes.add("POST", "/api/users", Policy.OPERATOR, calls.create, body=schemas.NewUser)
    routes.add("PATCH", "/api/users/{user}", Policy.OPERATOR, calls.change, body=schemas.UserChange)
    routes.add("POST", "/api/users/{user}/link", Policy.OPERATOR, calls.link, body=schemas.Nothing)


class UserCalls:
    """The calls about other people's accounts."""

    def __init__(self, accounts: IAccountStore, hasher: Hasher, shown: str, now: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._hasher = hasher
        self._shown = shown
        self._now = now

    async def users(self, call: Call) -> Answer:
        """List accounts by id, after one of them."""
        after = call.query.get("after")
        limit = number(call.query.get("limit"), "limit", MOST_USERS, MOST_USERS)
        found = await self._accounts.users(limit, UserId(parse_id(after, "after")) if after else None)
        return answer({"users": [schemas.account(each) for each in found]})

    async def create(self, call: Call) -> Answer:
        """Make an account."""
        email, name = names.email(call.body.email), names.person(call.body.name)
        hashed = None
        if call.body.password is not None:
            hashed = await self._hasher.hash(check_password(call.body.password))
        made = await self._accounts.create_user(email, name, call.body.privilege, hashed)
        return answer({"user": schemas.account(made)}, status=201)

    async def change(self, call: Call) -> Answer:
        """Set address, password, privilege, or whether an account is disabled: of others, never of the operator."""
        user, change = await self._target(call), call.body
        # Or the last administrator could lock everybody out with one click.
        if user == call.user.id and (change.privilege is not None or change.disabled is not None):
            raise SagewsError("forbidden")
        hashed = None
        if change.password is not None:
            hashed = await self._hasher.hash(check_password(change.password))
        if change.email is not None:
            # First: an address that is somebody else's is refused before anything is changed.
            await self._accounts.update_user(user, None, names.email(change.email))
        if change.disabled is not None:
            await self._accounts.disable_user(user, change.disabled)
        if change.privilege is not None:
            await self._accounts.set_privilege(user, change.privilege)
        if hashed is not None:
            await self._accounts.set_password(user, hashed, None)
        found = await self._accounts.user(user)
        return answer({"user": schemas.account(found) if found else None})

    async def link(self, call: Call) -> Answer:
        """Make a link that signs a person in once, within a day; its secret stands in the fragment."""
        user = await self._target(call)
        if await self._accounts.user(user) is None:
            raise SagewsError("not-found")
        token = tokens.new_secret()
        expires = self._now() + tokens.LINK_LIFETIME
        await self._accounts.put_one_time("link", tokens.hashed(token), user, expires)
        # The command line came by an address of this machine, which means nothing to whom the link is for.
        site = self._shown if call.by_token and self._shown else call.base.site
        # In the fragment, which no browser sends and no server or proxy logs.
        return answer({"url": f"{site}/signin#link={token}"})

    async def _target(self, call: Call) -> UserId:
        user = UserId(call.parameters["user"])
        # It exists once, made by us; changed here, it would become a way in that nobody sees in the list.
        operator = await self._accounts.user_by_email(names.OPERATOR)
        if operator is not None and operator.id == user:
            raise SagewsError("forbidden")
        return user
