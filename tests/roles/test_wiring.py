"""What the composition root decides by itself: bounds of the launcher, names, whom to dial, what the terminal shows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.isolation import IsolationSection
from sagews.config.link import LinkSection
from sagews.config.sessions import SessionsSection
from sagews.config.settings import Settings
from sagews.config.site import SiteSection
from sagews.errors import SagewsError
from sagews.model.sessions import Isolation
from sagews.ops.environments import session_environments
from sagews.ops.folders import Layout
from sagews.ops.listening import bind
from sagews.ops.postgres.dsn import read_dsn
from sagews.ops.service_manager import Inherited
from sagews.roles import addresses
from sagews.roles.backend import worker_settings
from sagews.roles.certificates import machine_name, worker_name
from sagews.roles.launcher import least_level, make_launcher
from sagews.roles.sockets import bind_sockets
from sagews.roles.terminal import TERMINAL, Terminal, isolation_line
from sagews.wire.worker import WorkerSettings
from tests.e2e.running import free_port
from tests.scratch import scratch_folder


class ComputeTests(SynchronousTestCase):
    """What the launcher is told."""

    def environment(self) -> Path:
        """Return a folder that looks like a virtual environment."""
        place = scratch_folder(self)
        (place / "bin").mkdir()
        (place / "bin" / "python").touch()
        return place

    def test_least_level(self) -> None:
        """The operator's minimum goes before the default, which depends on who started the daemon."""
        chosen = Settings(isolation=IsolationSection(minimum=Isolation.FULL))
        self.assertIs(least_level(chosen), Isolation.FULL)
        expected = Isolation.NAMESPACES if os.geteuid() == 0 else Isolation.USERNS
        self.assertIs(least_level(Settings()), expected)

    def test_what_workers_are_told(self) -> None:
        """A backend tells its workers the level that it wants and how long it keeps sessions, in the wire's bounds."""
        chosen = Settings(isolation=IsolationSection(minimum=Isolation.FULL), link=LinkSection(keep_seconds=30))
        told = msgspec.json.decode(msgspec.json.encode(worker_settings(chosen)), type=WorkerSettings)
        self.assertEqual(told, WorkerSettings(minimum="full", keep_seconds=30))
        long = worker_settings(Settings(link=LinkSection(keep_seconds=10**6)))
        msgspec.json.decode(msgspec.json.encode(long), type=WorkerSettings)

    def test_missing_environment(self) -> None:
        """An environment without an interpreter is refused by its flavour's name."""
        settings = Settings(sessions=SessionsSection(environments={"sage": str(scratch_folder(self))}))
        error = self.assertRaises(SagewsError, session_environments, settings)
        self.assertIn("sage", str(error))

    def test_permits(self) -> None:
        """The permits hold the settings' limits, are closed to others, and a backend apart may start no session."""
        layout = Layout(scratch_folder(self))
        layout.launcher.mkdir()
        settings = Settings(sessions=SessionsSection(environments={"python": str(self.environment())}, memory_mib=100))
        for sessions, flavours in ((True, ["python"]), (False, [])):
            make_launcher(Clock(), settings, layout, "all", lambda reason: None, sessions=sessions)
            path = layout.launcher / "all" / "permits.json"
            self.assertEqual(path.stat().st_mode & 0o077, 0)
            permits = json.loads(path.read_text(encoding="utf-8"))
            self.assertEqual(sorted(permits["flavours"]), flavours)
            self.assertEqual(permits["limits"]["memory"], 100 * 1024 * 1024)


class NameTests(SynchronousTestCase):
    """Names and addresses."""

    def test_worker_name(self) -> None:
        """A worker is called as the settings say, else after its machine, in the form that certificates have."""
        self.assertEqual(worker_name(Settings(link=LinkSection(worker="w-1"))), "w-1")
        self.assertRegex(machine_name(), r"^[a-z0-9][a-z0-9-]*$")

    def test_addresses(self) -> None:
        """Ports that are not chosen follow the site's; addresses that are given are taken apart."""
        settings = Settings(site=SiteSection(port=9000), link=LinkSection(backend=("[::1]:77",)))
        self.assertEqual((settings.link_port, settings.collector_port, settings.site.socket_port), (9002, 9003, 9004))
        self.assertEqual(settings.backend_addresses, [("::1", 77)])
        self.assertEqual(Settings(site=SiteSection(port=9000)).backend_addresses, [("127.0.0.1", 9002)])
        several = Settings(link=LinkSection(backend=("one.example.org:77", "two.example.org:78")))
        self.assertEqual(several.backend_addresses, [("one.example.org", 77), ("two.example.org", 78)])
        self.assertEqual(settings.collector_address, ("127.0.0.1", 9003))

    def test_origin(self) -> None:
        """The printed address is the first configured name, else loopback's, with TLS where there is TLS."""
        self.assertEqual(addresses.origin(Settings()), "http://127.0.0.1:8080")
        public = Settings(site=SiteSection(host="::", port=443, names=("math.example.org",)))
        self.assertEqual(addresses.origin(public), "https://math.example.org")

    def test_local_origin(self) -> None:
        """Programs of this machine dial what the site listens on, whatever it is called for people."""
        for host, local in (
            ("127.0.0.1", "http://127.0.0.1:8080"),
            ("::1", "http://[::1]:8080"),
            ("[::1]", "http://[::1]:8080"),
            ("0.0.0.0", "https://127.0.0.1:8080"),  # noqa: S104 - only read here
            ("::", "https://[::1]:8080"),
            ("192.0.2.7", "https://192.0.2.7:8080"),
        ):
            site = SiteSection(host=host, names=("calc.example.org",), public="https://math.example.org")
            self.assertEqual(addresses.local_origin(Settings(site=site)), local)
            self.assertEqual(addresses.origin(Settings(site=site)), "https://math.example.org")

    def test_public_address(self) -> None:
        """A public address is one way in beside the direct ones; a backend apart answers to it as well."""
        site = SiteSection(public="https://math.example.org/", public_untrusted="https://math-content.example.org")
        settings = Settings(site=site)
        found = addresses.site_addresses(settings, backend_apart=True).find("math.example.org")
        self.assertEqual(found.websocket, "wss://math.example.org/ws")
        self.assertEqual(found.content, "https://math-content.example.org")
        self.assertEqual(addresses.socket_addresses(settings).find("math.example.org:443"), found)
        self.assertIn("https://math.example.org", addresses.websocket_origins(settings))

    def test_backend_apart(self) -> None:
        """A frontend lets its pages connect to the backend's port, and that backend lets those pages in."""
        settings = Settings()
        pages = addresses.site_addresses(settings, backend_apart=True)
        self.assertEqual(pages.find("localhost:8080").websocket, "ws://localhost:8084/ws")
        self.assertIn("http://127.0.0.1:8080", addresses.socket_addresses(settings).page_origins)


class DatabaseTests(SynchronousTestCase):
    """Which database."""

    def test_open_dsn_file(self) -> None:
        """A DSN in a file that others can read is refused."""
        path = scratch_folder(self) / "dsn"
        path.write_text("host=/tmp", encoding="utf-8")
        path.chmod(0o644)
        settings = Settings().database.__class__(dsn_file=str(path))
        self.assertRaises(SagewsError, read_dsn, settings, (os.geteuid(),))
        path.chmod(0o600)
        self.assertEqual(read_dsn(settings, (os.geteuid(),)), "host=/tmp")

    def test_remote_server(self) -> None:
        """A server on another machine is refused without full verification."""
        path = scratch_folder(self) / "dsn"
        path.touch(0o600)
        settings = Settings().database.__class__(dsn_file=str(path))
        path.write_text("host=db.example.org dbname=x", encoding="utf-8")
        self.assertRaises(SagewsError, read_dsn, settings, (os.geteuid(),))


class SocketTests(SynchronousTestCase):
    """The ports of each set of roles."""

    def test_all_or_nothing(self) -> None:
        """When one port is taken, those that were taken before it are free again."""
        site = SiteSection(port=free_port(), untrusted_port=free_port())
        blocker = bind_sockets(
            Settings(site=SiteSection(port=site.content_port, untrusted_port=free_port())), ("frontend",), Inherited({})
        )
        self.addCleanup(blocker.close)
        settings = Settings(site=site, link=LinkSection(port=free_port(), collector_port=free_port()))
        self.assertRaises(SagewsError, bind_sockets, settings, ("frontend", "backend"), Inherited({}))
        again = Settings(site=SiteSection(port=site.port, untrusted_port=free_port()))
        bind_sockets(again, ("frontend",), Inherited({})).close()

    def test_sockets_that_listen_already(self) -> None:
        """They are taken in place of others of that port; one of another port, and what is left over, is closed."""
        listening = {name: bind("127.0.0.1", 0, name) for name in ("site", "content", "link")}
        ports = {name: each.getsockname()[1] for name, each in listening.items()}
        settings = Settings(site=SiteSection(port=ports["site"], untrusted_port=ports["content"]))
        inherited = Inherited(dict(listening))
        sockets = bind_sockets(settings, ("frontend",), inherited)
        self.addCleanup(sockets.close)
        self.assertEqual((sockets.site, sockets.content), (listening["site"], listening["content"]))
        self.assertEqual((listening["link"].fileno(), inherited.sockets), (-1, {}))
        other = Inherited({"site": bind("127.0.0.1", 0, "the site")})
        error = self.assertRaises(SagewsError, bind_sockets, settings, ("frontend",), other)
        self.assertIn(f"the settings say {ports['site']}", str(error))

    def test_worker_listens_on_nothing(self) -> None:
        """A worker takes no port."""
        sockets = bind_sockets(Settings(), ("worker",), Inherited({}))
        self.assertEqual((sockets.site, sockets.content, sockets.link, sockets.collector), (None, None, None, None))


class TerminalTests(SynchronousTestCase):
    """What a start shows."""

    def test_isolation_line(self) -> None:
        """The start line names the level and what is missing, each finding as one word."""
        line = isolation_line("userns", {"level": "userns", "network": "loopback", "missing": ["cgroups (no root)"]})
        self.assertEqual(line, "isolation level=userns network=loopback; missing: cgroups (no root)")

    def said(self, *, present: bool) -> str:
        """Return what a first start writes, of which the ready line is bold where somebody looks."""
        layout = Layout(scratch_folder(self))
        layout.run.mkdir()
        written: list[bytes] = []
        really = os.write
        self.patch(os, "write", lambda to, data: written.append(data) if to == TERMINAL else really(to, data))
        self.patch(os, "isatty", lambda _: present)
        self.patch(os, "environ", {"TERM": "xterm"})
        terminal = Terminal(layout, foreground=True)
        terminal.first_link("http://127.0.0.1:8080/#first=x")
        terminal.say("isolation level=full")
        terminal.ready("Sage Workspaces 1 is ready at http://127.0.0.1:8080")
        return b"".join(written).decode()

    def test_the_first_link_is_the_last_word_of_a_start(self) -> None:
        """It stands alone below the line that everything is ready, set off by empty lines."""
        said = self.said(present=True)
        self.assertEqual(
            said,
            "isolation level=full\n\n\033[1mSage Workspaces 1 is ready at http://127.0.0.1:8080\033[0m\n\n"
            "Sign in as the first administrator (good for 30 minutes, once):\n\n"
            "    \033[1mhttp://127.0.0.1:8080/#first=x\033[0m\n\n",
        )

    def test_the_link_stays_out_of_pipes(self) -> None:
        """There the last word is the file that has it, without any colour."""
        said = self.said(present=False)
        self.assertNotIn("#first=x", said)
        self.assertNotIn("\033", said)
        self.assertIn("is ready at http://127.0.0.1:8080\n\nThe first administrator's sign-in link", said)

    def test_link_without_terminal(self) -> None:
        """Without a terminal the first link goes into a file for its owner alone, and is forgotten afterwards."""
        layout = Layout(scratch_folder(self))
        layout.run.mkdir()
        terminal = Terminal(layout, foreground=False)
        terminal.first_link("http://127.0.0.1:8080/#first=x")
        self.assertEqual(layout.first_link.stat().st_mode & 0o777, 0o600)
        terminal.forget_first_link()
        self.assertFalse(layout.first_link.exists())
