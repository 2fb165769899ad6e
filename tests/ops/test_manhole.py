"""Who may enter the console: files of keys, good and bad; and what of a line is a command."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from twisted.conch.ssh.connection import SSHConnection
from twisted.conch.ssh.keys import Key
from twisted.conch.ssh.transport import SSHServerTransport
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.ops.manhole.console import ANSWER_SECONDS, Console, ManholeFactory
from sagews.ops.manhole.keys import AuthorizedKeys, KeyChecker, host_key, read_authorized
from sagews.ops.manhole.strangers import GRACE_SECONDS, MOST_STRANGERS
from tests.scratch import scratch_folder


def line(key: Key, comment: str) -> str:
    """Return a line as OpenSSH writes it."""
    return f"{key.public().toString('openssh').decode()} {comment}\n"


class KeyFileTests(SynchronousTestCase):
    """A file of public keys."""

    def setUp(self) -> None:
        """Make a key."""
        self.key = Key(Ed25519PrivateKey.generate())
        self.path = scratch_folder(self) / "operators"

    def written(self, text: str, mode: int = 0o600) -> Path:
        """Return a file of this text."""
        self.path.write_text(text, encoding="utf-8")
        self.path.chmod(mode)
        return self.path

    def test_names(self) -> None:
        """A key's comment is its name, whatever it holds; a stranger's has none."""
        other = Key(Ed25519PrivateKey.generate())
        keys = read_authorized(self.written("# comment\n\n" + line(self.key, "who \x1b[2J it is") + line(other, "")))
        self.assertEqual(keys.name_of(self.key.public()), "who ?[2J it is")
        self.assertEqual(keys.name_of(other.public()), "key 4")
        self.assertIsNone(keys.name_of(Key(Ed25519PrivateKey.generate()).public()))

    def test_what_is_refused(self) -> None:
        """Files that others may write, that hold no key, options or a weak key, and those that are not there."""
        weak = Key(generate_private_key(public_exponent=65537, key_size=2048))
        good = line(self.key, "name")
        refused = {
            "line 1 is no public key": f'command="true" {good}',
            "holds no key": "# nothing\n",
            "too weak": line(weak, "old"),
            "too large": good + "#" * 300_000,
        }
        for reason, text in refused.items():
            error = self.assertRaises(SagewsError, read_authorized, self.written(text))
            self.assertIn(reason, str(error))
        error = self.assertRaises(SagewsError, read_authorized, self.written(good, 0o666))
        self.assertIn("others may write", str(error))
        self.path.unlink()
        self.assertIn("can't be read", str(self.assertRaises(SagewsError, read_authorized, self.path)))

    def test_own_key_stays(self) -> None:
        """The daemon's own key is made once, and is nobody else's to read."""
        path = scratch_folder(self) / "own"
        first, second = host_key(path, None), host_key(path, None)
        self.assertEqual(first, second)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        path.write_bytes(b"nonsense")
        self.assertRaises(SagewsError, host_key, path, None)


class StrangerTests(SynchronousTestCase):
    """Those who have shown no key."""

    def setUp(self) -> None:
        """Serve."""
        self.clock = Clock()
        own = Key(Ed25519PrivateKey.generate())
        checker = KeyChecker(AuthorizedKeys({}))
        self.factory = ManholeFactory(Console(self.clock, {}, {}), checker, own)
        self.factory.startFactory()

    def came(self) -> tuple[SSHServerTransport, StringTransport]:
        """Let somebody come."""
        connection, transport = self.factory.buildProtocol(None), StringTransport()
        assert connection is not None
        connection.makeConnection(transport)
        return connection, transport

    def test_few_at_a_time_and_not_for_long(self) -> None:
        """Who says nothing is cut off, and makes room for others; who shows a key stays and takes no place."""
        known, stays = self.came()
        known.setService(SSHConnection())
        come = [self.came() for _ in range(MOST_STRANGERS)]
        self.assertIsNone(self.factory.buildProtocol(None))
        self.clock.advance(GRACE_SECONDS)
        self.assertEqual({transport.disconnected for _, transport in come}, {True})
        for connection, _ in come:
            connection.connectionLost(Failure(ConnectionAborted()))
        self.assertEqual((self.factory.strangers, stays.disconnected), (0, False))
        known.connectionLost(Failure(ConnectionDone()))
        self.assertEqual((self.factory.strangers, self.clock.getDelayedCalls()), (0, []))

    def test_no_exchange_that_computes_for_long(self) -> None:
        """Keys are exchanged over curves alone: another takes the reactor for 40 ms, before anybody has shown a key."""
        connection, transport = self.came()
        self.assertIn(b"curve25519-sha256", transport.value())
        self.assertNotIn(b"diffie-hellman", transport.value())
        connection.connectionLost(Failure(ConnectionDone()))


class ConsoleTests(SynchronousTestCase):
    """Commands beside Python."""

    def test_what_is_a_command(self) -> None:
        """A command and its words; an assignment, a call and an attribute of the same name are Python."""

        async def nothing(_words: object) -> str:
            return ""

        console = Console(Clock(), {"top": nothing}, {})
        self.assertEqual(console.command_of(" top  of the.list "), ["top", "of", "the.list"])
        for text in ("top = 3", "top(3)", "top.x", "topping", "", "print(top)"):
            self.assertIsNone(console.command_of(text), text)

    def test_a_command_that_never_answers(self) -> None:
        """It is given up after a minute."""
        clock = Clock()

        async def never(_words: object) -> str:
            await Deferred()
            return ""

        running = Deferred.fromCoroutine(Console(clock, {"never": never}, {}).run(["never"]))
        clock.advance(ANSWER_SECONDS)
        self.failureResultOf(running)
