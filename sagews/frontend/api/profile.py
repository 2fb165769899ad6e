"""What a person sees and changes of their own account."""

from __future__ import annotations

from sagews.errors import SagewsError
from sagews.frontend.http import schemas
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.frontend.sign_in.known_browsers import KnownBrowsers
from sagews.frontend.sign_in.logins import Logins
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.frontend.sign_in.sign_in import SignInCalls
from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import Privilege
from sagews.policy import names
from sagews.policy.accounts.passwords import check_password
from sagews.policy.http.requests import Policy


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the routes about oneself."""
    logins = parts.logins()
    browsers = KnownBrowsers(parts.accounts, parts.now)
    sign_in = SignInCalls(parts.accounts, logins, browsers, parts.hasher, parts.sign_in)
    ProfileCalls(parts.accounts, logins, parts.hasher, sign_in).add_to(routes)


class ProfileCalls:
    """The calls about oneself."""

    def __init__(self, accounts: IAccountStore, logins: Logins, hasher: Hasher, sign_in: SignInCalls) -> None:
        self._accounts = accounts
        self._logins = logins
        self._hasher = hasher
        self._sign_in = sign_in

    def add_to(self, routes: Routes) -> None:
        """Add the routes."""
        routes.add("GET", "/api/me", Policy.LOGIN, self.me)
        routes.add("PATCH", "/api/me", Policy.LOGIN, self.change, body=schemas.Profile)
        routes.add("PUT", "/api/settings", Policy.LOGIN, self.settings, body=schemas.Settings)
        routes.add("POST", "/api/password", Policy.LOGIN, self.password, body=schemas.NewPassword)

    async def me(self, call: Call) -> Answer:
        """Who I am and my settings."""
        settings = await self._accounts.settings(call.user.id)
        return answer({"user": schemas.user(call.user), "settings": settings})

    async def change(self, call: Call) -> Answer:
        """Change the name; an administrator, the address too."""
        user = call.person()
        name = None if call.body.name is None else names.person(call.body.name)
        # The first administrator's account is called "administrator" until they give an address: a page that saves the
        # whole form sends that back, which is no change and must not keep their new name from being saved.
        given = None if call.body.email == user.email else call.body.email
        email = None if given is None else names.email(given)
        if email is not None and user.privilege is not Privilege.ADMINISTRATOR:
            # Nothing here proves whose an address is, and people share with addresses.
            raise SagewsError("bad-value", field="email", reason="only an administrator changes addresses; ask one")
        if name is not None or email is not None:
            user = await self._accounts.update_user(user.id, name, email)
        return answer({"user": schemas.user(user)})

    async def settings(self, call: Call) -> Answer:
        """Set some settings; the others stay."""
        values = names.settings(call.body)
        merged = {**await self._accounts.settings(call.user.id), **values}
        names.settings(merged)
        await self._accounts.set_settings(call.user.id, values)
        return answer({"settings": merged})

    async def password(self, call: Call) -> Answer:
        """Set the password: every login of this account ends, and this browser gets a new one."""
        user = call.person()
        # A token that was read off a disk could otherwise take the account over for good.
        if call.by_token:
            raise SagewsError("forbidden")
        check_password(call.body.new)
        # Who has none yet has nothing to prove, and who came by a link has proved enough: they may have forgotten it.
        if user.has_password and (call.body.old or not await self._logins.may_set_password(call.signed_in)):
            limit = await self._sign_in.count_account(user.email, call.address)
            try:
                await self._sign_in.check(user.email, call.body.old or "")
            except SagewsError as error:
                # They are signed in: whose password it is, is no question.
                raise SagewsError("wrong-password") if error.code == "bad-password" else error from error
            await self._accounts.clear_attempts(limit.key)
        hashed = await self._hasher.hash(call.body.new)
        # A new login before all others are ended with the old password: this page goes on working.
        opened = await self._logins.open(user, call.base)
        await self._accounts.set_password(user.id, hashed, opened.login.id)
        return answer({"secret": opened.secret}, headers=(("Set-Cookie", opened.cookie_header),))
