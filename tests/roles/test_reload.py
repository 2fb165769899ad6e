"""Reading the settings again: all or nothing, and what a restart is needed for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from sagews.config.changes import Change, changes, with_changes
from sagews.config.loading import load
from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.ops.folders import Layout
from sagews.roles.certificates import Certificates, Keys
from sagews.roles.component import Component, DaemonContext
from sagews.roles.ports import Ports
from sagews.roles.running.reload import Reloading
from sagews.roles.site import SiteComponent
from sagews.roles.sockets import Sockets
from sagews.roles.terminal import Terminal
from tests.scratch import scratch_folder


class Quotas(Component):
    """A component of the test that takes quotas."""

    name = "quotas"
    roles: ClassVar[frozenset[str]] = frozenset({"frontend"})
    reloads: ClassVar[frozenset[str]] = frozenset({"user_quota"})
    used: list[int]

    async def prepare_reload(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Note the quota when it is put in use."""

        def use() -> Sequence[str]:
            self.used.append(settings.user_quota.sessions)
            return ("quotas counted anew",)

        return use


class Picky(Component):
    """A component of the test that refuses what it is told to refuse."""

    name = "picky"
    roles: ClassVar[frozenset[str]] = frozenset({"frontend"})
    reloads: ClassVar[frozenset[str]] = frozenset({"site.names", "user_quota"})
    refusal: SagewsError | None = None

    def takes(self, change: Change) -> bool:
        """Take quotas up to ten."""
        return super().takes(change) and (change.key != "user_quota.sessions" or change.new <= 10)

    async def prepare_reload(self, settings: Settings) -> Callable[[], Sequence[str]]:
        """Refuse, or change nothing."""
        if self.refusal is not None:
            raise self.refusal
        return tuple


class Elsewhere(Component):
    """A component that only other daemons have."""

    name = "elsewhere"
    roles: ClassVar[frozenset[str]] = frozenset({"worker"})
    reloads: ClassVar[frozenset[str]] = frozenset({"sessions.idle_minutes"})


class ReloadTests(TestCase):
    """A daemon of two components, with a settings file."""

    def setUp(self) -> None:
        """Lay the file out, and read it as a start does."""
        folder = scratch_folder(self)
        self.path = folder / "sagews.toml"
        self.write("[user_quota]\nsessions = 5\n")
        self.settings = load(str(self.path))
        layout = Layout(folder)
        terminal = Terminal(layout, foreground=False)
        ports = Ports(None, Sockets())
        daemon = DaemonContext(None, self.settings, ("frontend",), layout, "frontend", ports, terminal, self.fail)
        self.quotas, self.picky = Quotas(daemon), Picky(daemon)
        self.quotas.used = []
        kinds = (Quotas, Picky, Elsewhere)
        parts = [self.quotas, self.picky]
        self.reloading = Reloading(str(self.path), self.settings, ("frontend",), lambda: parts, kinds)

    def write(self, text: str) -> None:
        """Write the file."""
        self.path.write_text(text, encoding="utf-8")

    async def test_what_changed(self) -> None:
        """What can change does and is told; what needs a restart is named, and what others take is not."""
        self.write("[site]\nport = 9999\n[user_quota]\nsessions = 7\n[sessions]\nidle_minutes = 5\n")
        reloaded = await self.reloading.reload()
        self.assertEqual(self.quotas.used, [7])
        self.assertEqual(reloaded.changed, ("user_quota.sessions from 5 to 7", "quotas counted anew"))
        self.assertEqual(reloaded.restart, ("site.port",))
        again = await self.reloading.reload()
        self.assertEqual((again.changed, again.restart), (("quotas counted anew",), ("site.port",)))

    async def test_what_one_can_not_take(self) -> None:
        """A setting that one of several components can't take over needs a restart, and none of them has it."""
        self.write("[user_quota]\nsessions = 11\n")
        reloaded = await self.reloading.reload()
        self.assertEqual(reloaded.restart, ("user_quota.sessions",))
        self.assertEqual(self.quotas.used, [5])

    async def test_one_error_changes_nothing(self) -> None:
        """A slip anywhere in the file leaves everything as it was, and is told with its line."""
        self.write("[user_quota]\nsessions = 7\nsesions = 7\n[site]\ncertificate = '/nowhere'\n")
        for words in (":3: user_quota.sesions",):
            with self.assertRaises(SagewsError) as caught:
                await self.reloading.reload()
            self.assertIn(f"{self.path}{words}", str(caught.exception))
        self.write("[user_quota]\nsessions = 7\n[site]\ncertificate = '/nowhere'\nkey = '/nowhere'\n")
        with self.assertRaises(SagewsError) as caught:
            await self.reloading.reload()
        self.assertIn(f"{self.path}:4: site.certificate", str(caught.exception))
        self.assertEqual(self.quotas.used, [])

    async def test_a_refusal_of_one_component(self) -> None:
        """What one component can't use no other puts in use, and the next reading starts from what holds."""
        self.picky.refusal = SagewsError("configuration", reason="not today")
        self.write("[user_quota]\nsessions = 7\n")
        with self.assertRaises(SagewsError):
            await self.reloading.reload()
        self.assertEqual(self.quotas.used, [])
        self.picky.refusal = None
        self.assertIn("user_quota.sessions from 5 to 7", (await self.reloading.reload()).changed)

    async def test_a_site_is_built_before_it_is_used(self) -> None:
        """A site that can't be built changes nothing; one that is put in use counts who is connected, and who owes."""
        served: list[Any] = []
        ports = Ports(None, Sockets())
        self.patch(ports, "serve_site", lambda site, content: served.append(site))
        layout = Layout(self.path.parent)
        terminal = Terminal(layout, foreground=False)
        daemon = DaemonContext(Clock(), self.settings, ("backend",), layout, "backend", ports, terminal, self.fail)
        daemon.built[Certificates] = Certificates(daemon)
        daemon.require(Certificates).keys = Keys({}, None)
        site = SiteComponent(daemon)
        await site.start()
        use = await site.prepare_reload(self.settings)
        self.assertEqual(len(served), 1)
        use()
        self.assertIsNot(served[1], served[0])
        self.assertIs(served[1].bounds, served[0].bounds)
        self.assertIs(served[1].turns, served[0].turns)
        # The reading of a file would refuse it; something that only the building finds does as well.
        broken = replace(self.settings.site, proxies=("nonsense",))
        with self.assertRaises(ValueError):
            await site.prepare_reload(replace(self.settings, site=broken))
        self.assertEqual(len(served), 2)

    def test_changes(self) -> None:
        """Each setting that differs is found with both values, and can be taken over by itself."""
        self.write("account = 'else'\n[site]\nnames = ['a.example']\n[user_quota]\nsessions = 6\n")
        read = load(str(self.path))
        found = list(changes(self.settings, read))
        self.assertEqual([each.key for each in found], ["account", "site.names", "user_quota.sessions"])
        self.assertEqual(str(found[1]), 'site.names from [] to ["a.example"]')
        self.assertEqual(list(changes(with_changes(self.settings, found), read)), [])
        one = with_changes(self.settings, [Change("user_quota.sessions", 5, 6)])
        self.assertEqual((one.user_quota.sessions, one.site.names), (6, ()))
