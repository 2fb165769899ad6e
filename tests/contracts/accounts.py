"""What every IAccountStore does. Mix into a trial TestCase that has `make_accounts`."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any

from zope.interface.verify import verifyObject

from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.model.accounts import Privilege, User
from sagews.model.identifiers import LoginId, UserId, new_id


def later(seconds: float = 3600) -> datetime:
    """Return a time from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def check_refused(awaitable: Any, code: str) -> None:
    """Check that something is refused with this code."""
    try:
        await awaitable
    except SagewsError as error:
        assert error.code == code, error.code
    else:
        raise AssertionError(f"not refused with {code}")


class AccountStoreContract(metaclass=ABCMeta):
    """The contract; `make_accounts` returns an empty store."""

    @abstractmethod
    async def make_accounts(self) -> Any:
        """Return an empty store."""

    async def _store_and_user(self) -> tuple[Any, User]:
        store = await self.make_accounts()
        return store, await store.create_user("Ada@example.org", "Ada", "user", "hash-1")

    async def _login(self, store: Any, user: UserId, cookie: bytes = b"c" * 32) -> LoginId:
        login = LoginId(new_id())
        await store.create_login(login, user, cookie, b"s" * 32, later())
        return login

    async def test_provides_the_interface(self) -> None:
        """It has every method of the interface with its signature."""
        assert verifyObject(IAccountStore, await self.make_accounts())

    async def test_create_and_find(self) -> None:
        """An account is found by id and by its address without case; the hash only where it is asked for."""
        store, ada = await self._store_and_user()
        assert (ada.privilege, ada.has_password, ada.disabled) == (Privilege.USER, True, False)
        assert await store.user(ada.id) == ada
        assert await store.user_by_email("aDA@EXAMPLE.org") == ada
        assert await store.password_hash("ada@example.org") == (ada, "hash-1")
        assert await store.user(new_id()) is None
        assert await store.user_by_email("nobody@example.org") is None
        assert await store.password_hash("nobody@example.org") is None

    async def test_address_is_unique_without_case(self) -> None:
        """A second account with an address that differs in case alone is refused, also by a change of address."""
        store, _ = await self._store_and_user()
        await check_refused(store.create_user("ADA@example.org", "Other", "user", None), "name-taken")
        bob = await store.create_user("bob@example.org", "Bob", "user", None)
        assert not bob.has_password
        await check_refused(store.update_user(bob.id, None, "ada@EXAMPLE.org"), "name-taken")

    async def test_first_administrator_once(self) -> None:
        """The first administrator is made once, and not where an administrator was made otherwise."""
        store = await self.make_accounts()
        assert not await store.has_administrator()
        first = await store.create_first_administrator("first@example.org", "First")
        assert first.privilege is Privilege.ADMINISTRATOR
        assert await store.has_administrator()
        await check_refused(store.create_first_administrator("second@example.org", "Second"), "expired")

    async def test_no_first_administrator_beside_another(self) -> None:
        """An administrator made by the operator closes the first link."""
        store = await self.make_accounts()
        await store.create_user("op@example.org", "Op", "administrator", None)
        await check_refused(store.create_first_administrator("second@example.org", "Second"), "expired")

    async def test_users_by_id_in_pages(self) -> None:
        """Accounts are listed by id, page by page, those that are disabled too."""
        store = await self.make_accounts()
        made = [await store.create_user(f"u{number}@example.org", "U", "user", None) for number in range(5)]
        await store.disable_user(made[0].id, True)
        ids = sorted(user.id for user in made)
        assert [user.id for user in await store.users(3, None)] == ids[:3]
        assert [user.id for user in await store.users(3, ids[2])] == ids[3:]
        assert [user.id for user in await store.users(9, None) if user.disabled] == [made[0].id]

    async def test_find_users(self) -> None:
        """Several accounts are found at once, by name, those that are disabled too; unknown ones are left out."""
        store, ada = await self._store_and_user()
        zoe = await store.create_user("zoe@example.org", "Zoe", "user", None)
        bob = await store.create_user("bob@example.org", "Bob", "user", None)
        await store.disable_user(bob.id, True)
        found = await store.find_users([zoe.id, UserId(new_id()), bob.id, ada.id])
        assert [user.id for user in found] == [ada.id, bob.id, zoe.id]
        assert await store.find_users([]) == []

    async def test_logins_that_are_alive(self) -> None:
        """A login is found with whose it is, alone or among others, until it ends."""
        store, ada = await self._store_and_user()
        first, second = await self._login(store, ada.id), await self._login(store, ada.id, b"d" * 32)
        found = await store.login(ada.id, first)
        assert (found.id, found.user) == (first, ada)
        assert await store.alive_logins([first, second, LoginId(new_id())]) == {first, second}
        await store.end_login(ada.id, first)
        assert await store.login(ada.id, first) is None
        assert await store.alive_logins([first, second]) == {second}
        await store.disable_user(ada.id, True)
        assert await store.alive_logins([second]) == set()

    async def test_changes(self) -> None:
        """Name, address and privilege change by themselves; an unknown account is not found."""
        store, ada = await self._store_and_user()
        assert (await store.update_user(ada.id, "Ada L.", None)).name == "Ada L."
        changed = await store.update_user(ada.id, None, "al@example.org")
        assert (changed.name, changed.email) == ("Ada L.", "al@example.org")
        await store.set_privilege(ada.id, "administrator")
        assert (await store.user(ada.id)).privilege is Privilege.ADMINISTRATOR
        for refusal in (
            store.update_user(new_id(), "X", None),
            store.set_privilege(new_id(), "user"),
            store.set_password(new_id(), "hash", None),
            store.rehash_password(new_id(), "hash"),
            store.disable_user(new_id(), True),
        ):
            await check_refused(refusal, "not-found")

    async def test_login_by_cookie(self) -> None:
        """A login is found by its cookie's hash, with the hash of the origin's secret, until it ends."""
        store, ada = await self._store_and_user()
        login = await self._login(store, ada.id)
        found, secret = await store.login_by_cookie(b"c" * 32)
        assert (found.id, found.user, secret) == (login, ada, b"s" * 32)
        assert await store.login_is_alive(ada.id, login)
        assert await store.login_by_cookie(b"x" * 32) is None
        await store.end_login(ada.id, login)
        assert await store.login_by_cookie(b"c" * 32) is None
        assert not await store.login_is_alive(ada.id, login)

    async def test_expired_login(self) -> None:
        """A login that has expired is not found."""
        store, ada = await self._store_and_user()
        login = LoginId(new_id())
        await store.create_login(login, ada.id, b"c" * 32, b"s" * 32, later(-1))
        assert await store.login_by_cookie(b"c" * 32) is None
        assert not await store.login_is_alive(ada.id, login)

    async def test_new_password_ends_other_logins(self) -> None:
        """A new password ends every login but the one that is kept; a rehash ends none."""
        store, ada = await self._store_and_user()
        kept = await self._login(store, ada.id, b"1" * 32)
        other = await self._login(store, ada.id, b"2" * 32)
        await store.rehash_password(ada.id, "hash-1b")
        assert await store.login_is_alive(ada.id, other)
        await store.set_password(ada.id, "hash-2", kept)
        assert await store.login_is_alive(ada.id, kept)
        assert not await store.login_is_alive(ada.id, other)
        assert (await store.password_hash("ada@example.org"))[1] == "hash-2"
        await store.set_password(ada.id, "hash-3", None)
        assert not await store.login_is_alive(ada.id, kept)

    async def test_disabled_account(self) -> None:
        """A disabled account can't be found to sign in, its logins end for good, and it may be enabled again."""
        store, ada = await self._store_and_user()
        login = await self._login(store, ada.id)
        await store.disable_user(ada.id, True)
        assert await store.user(ada.id) is None
        assert await store.user_by_email(ada.email) is None
        assert await store.password_hash(ada.email) is None
        await check_refused(store.create_login(new_id(), ada.id, b"d" * 32, b"s", later()), "not-found")
        await store.disable_user(ada.id, False)
        assert await store.user(ada.id) == ada
        assert not await store.login_is_alive(ada.id, login)

    async def test_personal_token(self) -> None:
        """A personal token is a login of its own, which ends like any other."""
        store, ada = await self._store_and_user()
        login = LoginId(new_id())
        assert (await store.create_token(login, ada.id, b"t" * 32, later())).user == ada
        assert (await store.login_by_token(b"t" * 32)).id == login
        assert await store.login_by_token(b"u" * 32) is None
        await store.end_login(ada.id, login)
        assert await store.login_by_token(b"t" * 32) is None

    async def test_one_time_token_once(self) -> None:
        """A one-time token is spent once, under its kind, before it expires."""
        store = await self.make_accounts()
        await store.put_one_time("first", b"a" * 32, "subject", later())
        assert await store.find_one_time("first", b"a" * 32) == "subject"
        assert await store.find_one_time("link", b"a" * 32) is None
        await store.put_one_time("link", b"b" * 32, "old", later(-1))
        assert await store.spend_one_time("link", b"a" * 32) is None
        assert await store.spend_one_time("first", b"a" * 32) == "subject"
        assert await store.spend_one_time("first", b"a" * 32) is None
        assert await store.spend_one_time("link", b"b" * 32) is None

    async def test_settings(self) -> None:
        """Settings are kept by person; what is set again is replaced, the rest stays."""
        store, ada = await self._store_and_user()
        assert await store.settings(ada.id) == {}
        await store.set_settings(ada.id, {"theme": "dark", "tab": "4"})
        await store.set_settings(ada.id, {"theme": "light", "quote": 'it\'s "so" % {}'})
        assert await store.settings(ada.id) == {"theme": "light", "tab": "4", "quote": 'it\'s "so" % {}'}

    async def test_attempts_are_counted(self) -> None:
        """Attempts count up within the window, by key, and begin again after success."""
        store = await self.make_accounts()
        assert [await store.count_attempt(b"k", 60) for _ in range(3)] == [1, 2, 3]
        assert await store.count_attempt(b"other", 60) == 1
        await store.clear_attempts(b"k")
        assert await store.count_attempt(b"k", 60) == 1
