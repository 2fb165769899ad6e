"""What every ISessionHost does, whoever implements it: in process, over the link, or the fake of other tests.

Mix it into a trial TestCase that says how to make a host. The sources are Python, so that real sessions pass as well;
a scripted session has to understand just these.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, ensureDeferred
from zope.interface.verify import verifyObject

from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import CellId, RunId, SessionId, WorkspaceId, new_id
from sagews.model.sessions import EVALUATION, Ending, Evaluation, Isolation, Limits, Piece, PieceKind, SessionRequest
from sagews.wire.session.messages import (
    channel_message,
    close_message,
    complete_message,
    inspect_message,
    remove_message,
    run_message,
    variables_message,
)
from tests.fakes.toy_kind import TOY

if TYPE_CHECKING:
    from twisted.trial.unittest import TestCase

    Base = TestCase
else:
    Base = object

PRINTS = "print('hello')"
WAITS = "while True: pass"
ASKS = "print(input('Name? '))"
INTERACTS = "interact(lambda n=(0, 10): n)"


class Listener:
    """Remembers what it was told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.endings: list[Ending] = []
        self._waiting: list[Deferred[None]] = []

    def piece(self, session: SessionId, piece: Piece) -> None:
        """Take a piece."""
        self.pieces.append(piece)
        self._tell()

    def ended(self, session: SessionId, ending: Ending) -> None:
        """Take the end."""
        self.endings.append(ending)
        self._tell()

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.callback(None)

    async def until_done(self, runs: int = 1) -> list[Piece]:
        """Wait for the end of so many runs."""
        while [piece.kind for piece in self.pieces].count(PieceKind.DONE) < runs:
            await self._next()
        return self.pieces

    async def until_pieces(self, count: int) -> None:
        """Wait for so many pieces."""
        while len(self.pieces) < count:
            await self._next()

    async def until_ended(self) -> Ending:
        """Wait for the end of the session."""
        while not self.endings:
            await self._next()
        return self.endings[0]

    def _next(self) -> Deferred[None]:
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting


async def evaluate(host: Any, session: SessionId, evaluation: Evaluation) -> None:
    """Hand a cell over."""
    await host.send(session, run_message(evaluation), evaluation.run)


class ChannelContract(Base, metaclass=ABCMeta):
    """What holds for sessions of a kind that nothing in the house knows; scripted ones answer in capitals."""

    timeout = 20

    @abstractmethod
    async def make_host(self) -> Any:
        """Return an ISessionHost as for SessionHostContract."""

    async def opened_toy(self, kind: str = TOY) -> tuple[Any, SessionId, Listener]:
        """Return a host with one open session of a kind."""
        host, listener = await self.make_host(), Listener()
        request = SessionRequest(SessionId(new_id()), None, "python", Limits(), 1, "contract", kind=kind)
        await host.open_session(request, listener)
        return host, request.session, listener

    async def test_messages_go_there_and_back_in_order(self) -> None:
        """Each answer is a numbered piece without a run, acknowledged as output is; the end is as of any session."""
        host, session, listener = await self.opened_toy()
        for number, text in enumerate(("one", "two", "three"), 1):
            await host.send(session, {"text": text})
            await listener.until_pieces(number)
            host.acknowledge(session, number)
        self.assertEqual([piece.body["text"] for piece in listener.pieces], ["ONE", "TWO", "THREE"])
        self.assertEqual([piece.sequence for piece in listener.pieces], [1, 2, 3])
        self.assertEqual({(piece.kind, piece.run) for piece in listener.pieces}, {(PieceKind.MESSAGE, "")})
        await host.end_session(session, "stopped")
        self.assertEqual((await listener.until_ended()).reason, "stopped")
        await self.check_refused_as("no-session", host.send(session, {"text": "late"}))

    async def test_messages_of_another_form_are_refused(self) -> None:
        """The kind says what fits: here a text, there a cell; and questions only where a kind answers them."""
        host, session, listener = await self.opened_toy()
        await self.check_refused_as("bad-message", host.send(session, {"number": 1}))
        await self.check_refused_as("bad-message", host.ask(session, {"text": "x"}))
        self.assertEqual(listener.endings, [])
        evaluating, other, _ = await self.opened_toy(EVALUATION)
        await self.check_refused_as("bad-message", evaluating.send(other, {"text": "x"}))

    async def test_a_kind_that_nobody_knows_is_refused(self) -> None:
        """Before anything is started."""
        await self.check_refused_as("bad-value", self.opened_toy("unheard_of"))

    async def check_refused_as(self, code: str, waiting: Any) -> None:
        """Hold that awaiting this raises SagewsError of this code."""
        error = await self.assertFailure(ensureDeferred(waiting), SagewsError)
        self.assertEqual(error.code, code)


class SessionHostContract(Base, metaclass=ABCMeta):
    """The tests; `make_host` returns a host whose listeners are called while the test waits."""

    flavour = "python"
    timeout = 20

    @abstractmethod
    async def make_host(self) -> Any:
        """Return an ISessionHost with room for two sessions at least."""

    def request(self, *, workspace: WorkspaceId | None = None, epoch: int = 1, flavour: str = "") -> SessionRequest:
        """Return a request for a fresh session."""
        return SessionRequest(SessionId(new_id()), workspace, flavour or self.flavour, Limits(), epoch, "contract")

    def evaluation(self, source: str) -> Evaluation:
        """Return a cell to evaluate."""
        return Evaluation(RunId(new_id()), CellId("abcdef"), 1, source, "python", "last")

    async def opened(self) -> tuple[Any, SessionId, Listener]:
        """Return a host with one open session."""
        host, listener, request = await self.make_host(), Listener(), self.request()
        await host.open_session(request, listener)
        return host, request.session, listener

    async def check_refused(self, code: str, waiting: Any) -> None:
        """Hold that awaiting this raises SagewsError of this code."""
        error = await self.assertFailure(ensureDeferred(waiting), SagewsError)
        self.assertEqual(error.code, code)

    async def test_provides_the_interface(self) -> None:
        """A host has every method and attribute of ISessionHost."""
        host = await self.make_host()
        verifyObject(ISessionHost, host)

    async def test_tells_what_it_is(self) -> None:
        """Its info names an isolation level and the flavours that it starts."""
        info = (await self.make_host()).info
        self.assertIsInstance(info.level, Isolation)
        self.assertIn(self.flavour, info.flavours)
        self.assertGreaterEqual(info.capacity, 2)

    async def test_an_evaluation_gives_numbered_pieces_and_one_end(self) -> None:
        """What a cell prints arrives in pieces counted from 1 without gaps, all of its run, the last of kind DONE."""
        host, session, listener = await self.opened()
        evaluation = self.evaluation(PRINTS)
        await evaluate(host, session, evaluation)
        pieces = await listener.until_done()
        self.assertEqual([piece.sequence for piece in pieces], list(range(1, len(pieces) + 1)))
        self.assertEqual({piece.run for piece in pieces}, {evaluation.run})
        text = "".join(piece.body["text"] for piece in pieces if piece.kind is PieceKind.STREAM)
        self.assertEqual(text, "hello\n")
        self.assertEqual(pieces[-1].kind, PieceKind.DONE)
        self.assertEqual(pieces[-1].body["status"], "ok")

    async def test_numbers_go_on_in_the_next_run(self) -> None:
        """A second run of a session continues the numbers of the first."""
        host, session, listener = await self.opened()
        for runs in (1, 2):
            await evaluate(host, session, self.evaluation(PRINTS))
            await listener.until_done(runs)
            host.acknowledge(session, listener.pieces[-1].sequence)
        numbers = [piece.sequence for piece in listener.pieces]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    async def test_one_evaluation_at_a_time(self) -> None:
        """While one runs a second is refused as busy, and what would touch its names; an interrupt ends the run."""
        host, session, listener = await self.opened()
        await evaluate(host, session, self.evaluation(WAITS))
        await self.check_refused("busy", evaluate(host, session, self.evaluation(PRINTS)))
        await self.check_refused("busy", host.ask(session, remove_message(["print"])))
        await self.check_refused("busy", host.ask(session, variables_message()))
        await host.interrupt(session)
        pieces = await listener.until_done()
        self.assertEqual(pieces[-1].body["status"], "interrupted")

    async def test_a_cell_asks_and_is_answered_once(self) -> None:
        """A channel is opened by a piece; what is said over it reaches the cell, which closes it and goes on."""
        host, session, listener = await self.opened()
        evaluation = self.evaluation(ASKS)
        run = evaluation.run
        await self.check_refused("channel-closed", host.send(session, channel_message(run, 1, {"text": "early"})))
        await evaluate(host, session, evaluation)
        await listener.until_pieces(1)
        question = {
            "channel": 1,
            "kind": "input",
            "body": {"prompt": "Name? ", "hidden": False},
            "area": 0,
        }
        self.assertEqual([(piece.kind, piece.body) for piece in listener.pieces], [(PieceKind.OPEN, question)])
        for other, channel in ((RunId(new_id()), 1), (run, 2)):
            await self.check_refused(
                "channel-closed", host.send(session, channel_message(other, channel, {"text": ""}))
            )
        await host.send(session, channel_message(run, 1, {"text": "Ada"}))
        await self.check_refused("channel-closed", host.send(session, channel_message(run, 1, {"text": "Emmy"})))
        pieces = await listener.until_done()
        text = "".join(piece.body["text"] for piece in pieces if piece.kind is PieceKind.STREAM)
        self.assertEqual(text, "Name? Ada\nAda\n")
        self.assertEqual([piece.body for piece in pieces if piece.kind is PieceKind.CLOSE], [{"channel": 1}])
        await self.check_refused("channel-closed", host.send(session, close_message(run, 1)))

    async def test_an_interact_lasts_and_is_evaluated_when_somebody_speaks(self) -> None:
        """Its channel stays open behind the end of the cell; what is said has an end, and belongs to the same run."""
        host, session, listener = await self.opened()
        evaluation = self.evaluation(INTERACTS)
        run = evaluation.run
        await evaluate(host, session, evaluation)
        [opened] = [piece.body for piece in await listener.until_done() if piece.kind is PieceKind.OPEN]
        self.assertEqual((opened["channel"], opened["kind"], opened["area"]), (1, "interact", 0))
        self.assertEqual(opened["body"]["values"]["n"], 5)
        said = channel_message(run, 1, {"values": {"n": 7}, "serial": 1})
        await self.check_refused("channel-closed", host.send(session, channel_message(run, 2, said["body"])))
        await host.send(session, said)
        while not (listener.pieces[-1].kind is PieceKind.STATE and listener.pieces[-1].body["over"]):
            await listener.until_pieces(len(listener.pieces) + 1)
        self.assertEqual({piece.run for piece in listener.pieces}, {run})
        self.assertIn(PieceKind.RESULT, [piece.kind for piece in listener.pieces[-3:]])
        await host.send(session, close_message(run, 1))
        again = self.evaluation(PRINTS)
        await evaluate(host, session, again)
        self.assertEqual((await listener.until_done(2))[-1].run, again.run)

    async def test_what_is_said_over_a_channel_is_bounded(self) -> None:
        """An answer that is too long or of another form is refused, and the question stays open."""
        host, session, listener = await self.opened()
        evaluation = self.evaluation(ASKS)
        await evaluate(host, session, evaluation)
        await listener.until_pieces(1)
        for body in ({"text": "±" * 40_000}, {"text": 1}, {}, {"text": "a\0b"}, {"text": "a", "more": 1}):
            error = await self.assertFailure(
                ensureDeferred(host.send(session, channel_message(evaluation.run, 1, body))), SagewsError
            )
            self.assertIn(error.code, ("bad-message", "bad-value"))
        await host.interrupt(session)
        self.assertEqual((await listener.until_done())[-1].body["status"], "interrupted")

    async def test_an_ended_session_says_so_once(self) -> None:
        """After `end_session` the listener hears the reason given, once, and the session is gone."""
        host, session, listener = await self.opened()
        await host.end_session(session, "stopped")
        self.assertEqual((await listener.until_ended()).reason, "stopped")
        await self.check_refused("no-session", evaluate(host, session, self.evaluation(PRINTS)))
        self.assertEqual(len(listener.endings), 1)

    async def test_an_unknown_session_is_refused(self) -> None:
        """Whatever is asked of a session that does not exist is refused; acknowledging it changes nothing."""
        host, unknown = await self.make_host(), SessionId(new_id())
        host.acknowledge(unknown, 7)
        for waiting in (
            evaluate(host, unknown, self.evaluation(PRINTS)),
            host.interrupt(unknown),
            host.end_session(unknown, "stopped"),
            host.ask(unknown, complete_message("", 0)),
            host.usage(unknown),
        ):
            await self.check_refused("no-session", waiting)

    async def test_an_unknown_flavour_is_refused(self) -> None:
        """A flavour that the host does not start is refused by name, and the listener hears nothing."""
        host, listener = await self.make_host(), Listener()
        await self.check_refused("unknown-flavour", host.open_session(self.request(flavour="cobol"), listener))
        self.assertEqual(listener.endings, [])

    async def test_an_older_epoch_is_refused(self) -> None:
        """Who lost a workspace's lease can start nothing in it any more."""
        host, workspace = await self.make_host(), WorkspaceId(new_id())
        await host.open_session(self.request(workspace=workspace, epoch=5), Listener())
        await self.check_refused("conflict", host.open_session(self.request(workspace=workspace, epoch=4), Listener()))

    async def test_two_sessions_are_apart(self) -> None:
        """Each session numbers its own output, and the end of one leaves the other alone."""
        host, first, first_listener = await self.opened()
        second, second_listener = self.request(), Listener()
        await host.open_session(second, second_listener)
        await host.end_session(first, "stopped")
        await first_listener.until_ended()
        await evaluate(host, second.session, self.evaluation(PRINTS))
        self.assertEqual((await second_listener.until_done())[0].sequence, 1)

    async def test_completions_and_inspection(self) -> None:
        """An idle session completes names and describes them."""
        host, session, _ = await self.opened()
        completions = await host.ask(session, complete_message("pri", 3))
        self.assertIn("print", [match["text"].rstrip("(") for match in completions["matches"]])
        self.assertEqual((completions["start"], completions["end"]), (0, 3))
        inspection = await host.ask(session, inspect_message("print", 5, 0))
        self.assertTrue(inspection["found"])
        self.assertTrue(inspection["data"])

    async def test_variables(self) -> None:
        """An idle session lists what its cells made."""
        host, session, _ = await self.opened()
        found = await host.ask(session, variables_message())
        self.assertEqual(found["more"], 0)
        for each in found["variables"]:
            self.assertEqual(sorted(each), ["extent", "kind", "name", "value"])

    async def test_usage(self) -> None:
        """A session says what memory and processor time it uses."""
        host, session, _ = await self.opened()
        usage = await host.usage(session)
        self.assertGreaterEqual(usage.memory, 0)
        self.assertGreaterEqual(usage.cpu_seconds, 0)
