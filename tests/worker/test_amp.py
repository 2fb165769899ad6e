"""What every AMP link shares: large values, bounded boxes, refusals, heartbeat."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols import amp
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import CATALOGUE, SagewsError
from sagews.model.sessions import Ending, Evaluation
from sagews.net.amp import (
    MAX_BOX,
    PING_SECONDS,
    SILENCE_SECONDS,
    AmpLink,
    GuardedLocator,
    LargeBytes,
    LinkCommand,
    Refusal,
    Value,
)
from sagews.wire import worker as wire


class Echo(LinkCommand):
    """Sent by tests."""

    arguments = [(b"data", LargeBytes(1 << 20))]
    response = [(b"data", LargeBytes(1 << 20))]


class Shout(LinkCommand):
    """Sent by tests, without an answer."""

    arguments = [(b"data", LargeBytes(1 << 20))]
    response = []
    requiresAnswer = False


class Commands(GuardedLocator):
    """Answers, or raises what it is told."""

    error: BaseException | None = None

    @Echo.responder
    def echo(self, data: bytes) -> dict[str, Any]:
        """Send back."""
        if self.error is not None:
            raise self.error
        return {"data": data}

    @Shout.responder
    def shout(self, data: bytes) -> dict[str, Any]:
        """Take."""
        return self.echo(data) and {}


class Transport(StringTransport):
    """Remembers how it was closed."""

    aborted = False

    def abortConnection(self) -> None:
        """Close."""
        self.aborted = True


class LinkTests(SynchronousTestCase):
    """Two links in memory."""

    def setUp(self) -> None:
        """Connect them."""
        self.clock = Clock()
        self.commands = Commands()
        self.lost: list[AmpLink] = []
        self.ours, self.theirs = (self.link(GuardedLocator()), self.link(self.commands))

    def link(self, locator: GuardedLocator) -> tuple[AmpLink, Transport]:
        """Return a connected link."""
        link, transport = AmpLink(locator, self.clock, self.lost.append), Transport()
        link.makeConnection(transport)
        return link, transport

    def pump(self) -> None:
        """Carry what was written until nobody writes."""
        for _ in range(10):
            for (_, source), (target, _) in ((self.ours, self.theirs), (self.theirs, self.ours)):
                data = source.value()
                source.clear()
                if data:
                    target.dataReceived(data)

    def ask(self, data: bytes) -> Deferred[dict[str, Any]]:
        """Ask for an echo."""
        answer = Deferred.fromCoroutine(self.ours[0].ask(Echo, data=data))
        self.pump()
        return answer

    def refused(self, data: bytes) -> SagewsError:
        """Return the error with which an echo was refused."""
        error: Any = self.failureResultOf(self.ask(data), SagewsError).value
        return error  # type: ignore[no-any-return]

    def test_large_values(self) -> None:
        """Values around the 64 KiB limit and far above it arrive as they were."""
        for size in (0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 1 << 20):
            data = (bytes(range(256)) * (size // 256 + 1))[:size]
            self.assertEqual(self.successResultOf(self.ask(data))["data"], data)

    def test_too_large_values(self) -> None:
        """A value above its limit is refused here, and the link stays usable."""
        self.assertEqual(self.refused(b"x" * ((1 << 20) + 1)).code, "too-large")
        self.assertEqual(self.successResultOf(self.ask(b"x"))["data"], b"x")

    def test_a_refusal_keeps_code_and_parameters(self) -> None:
        """What a responder raises as SagewsError arrives as the same error."""
        self.commands.error = SagewsError("unknown-flavour", flavour="cobol", known="python")
        error = self.refused(b"x")
        self.assertEqual((error.code, error.parameters), ("unknown-flavour", {"flavour": "cobol", "known": "python"}))

    def test_any_other_error(self) -> None:
        """Anything else arrives as `internal`, without its words, and the link stays up."""
        self.commands.error = ZeroDivisionError("a secret")
        error = self.refused(b"x")
        self.assertEqual(error.code, "internal")
        self.assertNotIn("secret", str(error))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.commands.error = None
        self.assertEqual(self.successResultOf(self.ask(b"x"))["data"], b"x")

    def test_an_error_that_nobody_waits_for(self) -> None:
        """A message without an answer whose responder raises is logged, and the link stays up."""
        self.commands.error = ZeroDivisionError()
        self.ours[0].tell(Shout, data=b"x")
        self.pump()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertFalse(self.theirs[1].aborted or self.theirs[1].disconnecting)

    def test_an_unknown_command(self) -> None:
        """A command that the other side does not know is refused, and the link stays up."""
        waiting = Deferred.fromCoroutine(self.ours[0].ask(wire.SessionUsage, session="x"))
        self.pump()
        error: Any = self.failureResultOf(waiting, SagewsError).value
        self.assertEqual(error.code, "bad-message")

    def test_a_box_without_end(self) -> None:
        """A box with too many keys or bytes closes the link before it is kept."""
        link, transport = self.theirs
        for number in range(MAX_BOX // 65_535 + 2):
            key = b"k%d" % number
            link.dataReceived(struct.pack(">H", len(key)) + key + b"\xff\xff" + b"x" * 65_535)
        self.assertTrue(transport.aborted)

    def test_too_many_keys(self) -> None:
        """A box of very many small values closes the link too."""
        link, transport = self.theirs
        for number in range(300):
            key = b"k%d" % number
            link.dataReceived(struct.pack(">H", len(key)) + key + b"\x00\x01x")
        self.assertTrue(transport.aborted)

    def test_silence(self) -> None:
        """A side that hears nothing for half a minute closes the link."""
        self.clock.pump([PING_SECONDS] * 3)
        self.assertFalse(self.ours[1].aborted)
        self.clock.pump([PING_SECONDS] * 2)
        self.assertTrue(self.ours[1].aborted)

    def test_pings_keep_it_up(self) -> None:
        """Two sides that only ping each other stay linked."""
        for _ in range(int(SILENCE_SECONDS)):
            self.clock.advance(PING_SECONDS / 2)
            self.pump()
        self.assertFalse(self.ours[1].aborted or self.theirs[1].aborted)

    def test_a_call_without_an_answer(self) -> None:
        """A call whose answer does not come in time fails with `worker-lost`."""
        waiting = Deferred.fromCoroutine(self.ours[0].ask(Echo, 5.0, data=b"x"))
        self.clock.advance(6)
        error: Any = self.failureResultOf(waiting, SagewsError).value
        self.assertEqual(error.code, "worker-lost")

    def test_a_lost_connection(self) -> None:
        """Calls under way fail with `worker-lost`, later ones too, messages are dropped, the owner is told once."""
        waiting = Deferred.fromCoroutine(self.ours[0].ask(Echo, data=b"x"))
        self.ours[0].connectionLost(Failure(ConnectionLost()))
        self.ours[0].connectionLost(Failure(ConnectionLost()))
        for each in (waiting, Deferred.fromCoroutine(self.ours[0].ask(Echo, data=b"x"))):
            error: Any = self.failureResultOf(each, SagewsError).value
            self.assertEqual(error.code, "worker-lost")
        self.ours[0].tell(Shout, data=b"x")
        self.assertEqual(self.lost, [self.ours[0]])


class ValueTests(SynchronousTestCase):
    """Typed values."""

    def test_what_does_not_fit(self) -> None:
        """Wrong types, unknown forms, NUL, deep nesting and huge numbers are `bad-message`."""
        value = Value(Ending, 1 << 20)
        hostile = [
            b"",
            b"[]",
            b'{"reason":1}',
            b"\xff",
            b'{"reason":"a\\u0000b"}',
            b'{"reason":"\\\\\\u0000"}',
            b'{"reason":"a","detail":{"x":' + b"[" * 100_000,
            b'{"reason":"a","detail":{"x":' + b"9" * 100_000 + b"}}",
        ]
        for data in hostile:
            error: Any = self.assertRaises(SagewsError, value.load, data)
            self.assertEqual(error.code, "bad-message")

    @given(source=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
    def test_round_trip(self, source: str) -> None:
        """What is written is read again."""
        value = Value(Evaluation, 1 << 20)
        evaluation = Evaluation("r", "c", 1, source, "python", "last")  # type: ignore[arg-type]
        self.assertEqual(value.load(value.dump(evaluation)), evaluation)

    @given(st.text(st.sampled_from("\\u0x"), max_size=24))
    def test_what_reads_like_nul(self, source: str) -> None:
        """Backslashes before `u0000` are text, however many: a session may print them, and a cell hold them."""
        value = Value(Evaluation, 1 << 20)
        evaluation = Evaluation("r", "c", 1, source + "\\u0000" + source, "python", "last")  # type: ignore[arg-type]
        self.assertEqual(value.load(value.dump(evaluation)), evaluation)

    @given(text=st.text(max_size=100))
    def test_a_hostile_refusal(self, text: str) -> None:
        """Whatever a peer writes in place of a refusal becomes an error of the catalogue."""
        self.assertIn(Refusal(text).error().code, CATALOGUE)


class GrammarTests(SynchronousTestCase):
    """Every command is described and declared in one form."""

    def test_commands(self) -> None:
        """Each says who sends it, declares nothing that AMP does not know, and may be refused."""
        known = set(vars(amp.Command)) | {"arguments", "response", "errors", "requiresAnswer"}
        for command in wire.COMMANDS:
            self.assertRegex(command.__doc__ or "", "^Sent by (a worker|a backend|both sides) ")
            self.assertTrue(issubclass(command, LinkCommand))
            own = {name for name in vars(command) if not name.startswith("__")}
            self.assertEqual(own - known - {"commandName", "reverseErrors", "allErrors"}, set())
            self.assertEqual(dict(command.errors), {Refusal: b"REFUSED"})

    def test_all_are_listed(self) -> None:
        """No command of the module is missing from the list that is walked, and each stands in its table."""
        found = {each for each in vars(wire).values() if isinstance(each, type) and issubclass(each, LinkCommand)}
        self.assertEqual(found - {LinkCommand}, set(wire.COMMANDS))
        for command in wire.COMMANDS:
            self.assertIn(command.__name__, wire.__doc__ or "")
