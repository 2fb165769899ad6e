"""One session as a worker holds it: what goes to it, what it says in numbered pieces, what it may use, why it ended."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher, ILauncherListener
from sagews.interfaces.sessions import ISessionListener
from sagews.model.identifiers import RunId
from sagews.model.sessions import MEBIBYTE, Ending, Evaluation, Piece, PieceKind, SessionRequest, Usage
from sagews.policy.browser.shares import Shares
from sagews.wire.session import frames as wire
from sagews.wire.session.framing import FrameReader, ProtocolError, frame
from sagews.worker.kinds import table as kinds
from sagews.worker.launcher.descriptors import StreamSocket
from sagews.worker.sessions.flow_control import RunBudget, SharedWindow, Window
from sagews.worker.sessions.machine import ProcessCore, ProcessLife
from sagews.worker.sessions.pending_requests import PendingRequests

log = Logger()

INTERRUPT_DELAY = 0.01
INTERRUPT_PATIENCE = 1.0
# Of what one read brings: 64 KiB may hold a thousand frames, each of which goes three ways before the next.
MOST_FRAMES = 50

KINDS: Mapping[type, PieceKind] = {
    wire.StreamFrame: PieceKind.STREAM,
    wire.DisplayFrame: PieceKind.DISPLAY,
    wire.ResultFrame: PieceKind.RESULT,
    wire.ErrorFrame: PieceKind.ERROR,
    wire.SpilledFrame: PieceKind.SPILLED,
    wire.DoneFrame: PieceKind.DONE,
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a worker lets one session do. Sizes in bytes, times in seconds.

    Attributes:
        window: unacknowledged output from which on a session is not read.
        run_output: output of one run; what is beyond it is dropped and counted, and the run is interrupted.
        overrun: dropped bytes of one run after which its session ends: to read and drop costs as much as to take.
        frame_seconds: within which a frame that has begun must be complete.
        start_seconds: within which a session must be able to take an evaluation.
        answer_seconds: within which completions and inspections must be answered.
        run_seconds: wall-clock time of one run.
        linger_seconds: between the end of the stream and a kill, or the other way round.
        unsent: bytes that may wait for a session that does not read.
        questions: completions and inspections under way.
    """

    window: int = 512 * 1024
    run_output: int = 16 * 1024 * 1024
    overrun: int = 8 * 1024 * 1024
    frame_seconds: float = 30.0
    start_seconds: float = 60.0
    answer_seconds: float = 5.0
    run_seconds: float = 24 * 3600.0
    linger_seconds: float = 1.0
    unsent: int = 4 * 1024 * 1024
    questions: int = 8


@implementer(ILauncherListener)
class WorkerSession:
    """One session.

    Args:
        request: what was asked for.
        reactor: watches the socket and tells the time.
        launcher: delivers signals.
        listener: an ISessionListener.
        pool: counts unacknowledged output of all sessions.
        shares: of all workspaces in the time of this process.
        bounds: what it may do.
        finished: called once with this session, before the listener is told of the end.
    """

    def __init__(
        self,
        request: SessionRequest,
        reactor: Any,
        launcher: ILauncher,
        listener: ISessionListener,
        pool: SharedWindow,
        shares: Shares,
        bounds: Bounds,
        finished: Callable[[WorkerSession], None],
    ) -> None:
        self.request = request
        self.id = request.session
        self._kind = kinds.find(request.kind)
        self._opening: Deferred[None] | None = None
        self._said_ready = False
        self._clock: IReactorTime = reactor
        self._launcher = launcher
        self._listener = listener
        self._bounds = bounds
        self._shares = shares
        self._not_before = 0.0
        # Nothing that it says is looked at any more.
        self._broken = False
        self._finished = finished
        self._life = ProcessLife(ProcessCore())
        self._window = Window(bounds.window, pool, self._read_on)
        self._frames = FrameReader(wire.MAX_FRAME_FROM_SESSION)
        self._frame_since: float | None = None
        self._sequence = 0
        self._run: RunId | None = None
        self._run_since = 0.0
        # Apart from the machine, because what a run printed still arrives while its session is ending.
        self._run_open = False
        self._budget = RunBudget(bounds.run_output)
        self._pending = PendingRequests(reactor, bounds.answer_seconds, bounds.questions, self._unanswered)
        # Its end was asked for, or has come: the kernel may take a while longer to take it down.
        self.ending = False
        self._reason = ""
        self._detail: dict[str, Any] = {}
        self._stream: StreamSocket | None = None
        self._launcher_ending: Ending | None = None
        self._linger: IDelayedCall | None = None
        self._reactor = reactor

    # ------------------------------------------------------------------------------------------ requests

    def connect(self, stream: socket.socket) -> None:
        """Take this end of the session's socket and listen."""
        self._stream = StreamSocket(self._reactor, stream, self._received, self._stream_ended)
        self._stream.resume()

    async def until_ready(self) -> None:
        """Wait until it can take an evaluation; the listener hears of its end only after that.

        Raises:
            SagewsError: `limit` when it takes too long, `session-ended` when it ended before.
        """
        if self._said_ready:
            return
        if self._launcher_ending is not None:
            raise SagewsError("session-ended", reason=self._launcher_ending.reason)
        self._opening = Deferred()
        self._opening.addTimeout(self._bounds.start_seconds, self._clock, onTimeoutCancel=_too_slow)
        try:
            await self._opening
        except SagewsError:
            self.end("deadline")
            raise

    def evaluate(self, evaluation: Evaluation) -> None:
        """Send a cell; `busy` or `no-session` where it can't be, `too-large` above the frame's limit."""
        e = evaluation
        cell = _frame(wire.RunFrame(e.run, e.cell, e.number, e.source, e.mode, e.shows))
        _allow(self._life.evaluate())
        self._run, self._run_since, self._run_open = evaluation.run, self._clock.seconds(), True
        self._budget = RunBudget(self._bounds.run_output)
        self._send(cell)

    def say(self, message: Mapping[str, Any]) -> None:
        """Send a message of the session's kind; `bad-message` where it knows none, `no-session`, `too-large`."""
        if self._kind is None:
            raise SagewsError("bad-message", reason="this kind of session takes no messages")
        payload = self._kind.encode(message)
        if len(payload) > wire.MAX_FRAME_TO_SESSION:
            raise SagewsError("too-large", limit=wire.MAX_FRAME_TO_SESSION)
        _allow(self._life.ask())
        self._send(frame(payload))

    def ask(self, form: Callable[[int], wire.ToSession]) -> Deferred[Mapping[str, Any]]:
        """Send a question and fire with the answer's fields; `limit` past the deadline."""
        question = _frame(form(self._pending.next_number))
        _allow(self._life.ask())
        answer = self._pending.asked()
        self._send(question)
        return answer

    def interrupt(self) -> None:
        """Signal SIGINT to whatever is going on."""
        if self._life.running():
            self._interrupt(self._run, self._clock.seconds() + INTERRUPT_PATIENCE)
        elif self._pending or self._kind is not None:
            self._launcher.signal(self.id, "INT")

    def _interrupt(self, run: RunId | None, latest: float) -> None:
        """Signal a run, but not before the session has read it: an idle loop rightly drops an interrupt."""
        if run != self._run or not self._life.running() or self._stream is None:
            return
        now = self._clock.seconds()
        fresh = self._stream.unread or now - self._run_since < INTERRUPT_DELAY
        if fresh and now < latest:
            self._clock.callLater(INTERRUPT_DELAY, self._interrupt, run, latest)
        else:
            self._launcher.signal(self.id, "INT")

    def end(self, reason: str, **detail: Any) -> None:
        """Kill it; the first reason given is the one that people read."""
        if self._life.end():
            self.ending = True
            self._reason, self._detail = reason, detail
            self._launcher.signal(self.id, "KILL")

    def acknowledge(self, sequence: int) -> None:
        """Free every piece up to this number."""
        self._window.acknowledge(min(sequence, self._sequence))

    def _send(self, data: bytes) -> None:
        if self._stream is None:
            return
        self._stream.send(data)
        if self._stream.unsent > self._bounds.unsent:
            self.end("protocol", explanation="it does not read what it is sent")

    # ------------------------------------------------------------------------------------------ what it says

    def _received(self, data: bytes) -> None:
        if not self._advance(data) and self._stream is not None:
            self._stream.pause()

    def _advance(self, data: bytes) -> bool:
        """Take a little of what arrived, charge what that cost to the workspace, and say whether to read on at once.

        Everything that a piece sets going in this process happens here: its way to pages and into the journal.
        """
        began = time.thread_time()
        whole = self._take(data)
        who = self.request.workspace or self.id
        wait = self._shares.charge(who, time.thread_time() - began, self._clock.seconds())
        if not self._frames.unfinished:
            self._frame_since = None
        elif whole or self._frame_since is None:
            self._frame_since = self._clock.seconds()
        if self._launcher_ending is not None:
            # What is left of a session that is gone is little, and its end is told behind it.
            return True
        if whole == MOST_FRAMES or wait:
            self._not_before = self._clock.seconds() + wait
            self._clock.callLater(wait, self._read_on)
            return False
        return self._window.open

    def _take(self, data: bytes) -> int:
        """Take so many frames at most, and return how many there were; the rest waits in the reader."""
        whole = 0
        try:
            for payload in self._frames.feed(data):
                whole += 1
                self._handle(payload)
                if whole == MOST_FRAMES or self._broken:
                    break
        except ProtocolError as error:
            self._violated(error.reason)
        return whole

    def _violated(self, reason: str) -> None:
        log.warn(
            "session {session} broke the grammar and is ended: {reason}",
            session=self.id,
            correlation=self.request.correlation,
            reason=reason,
        )
        self.end("protocol", explanation=reason)
        self._broken = True
        if self._stream is not None:
            self._stream.lost()

    def _handle(self, payload: bytes) -> None:
        if self._kind is not None and self._said_ready:
            self._emit(PieceKind.MESSAGE, self._kind.decode(payload), len(payload))
            return
        value = wire.parse_from_session(payload)
        kind = KINDS.get(type(value))
        if kind is not None:
            self._output(kind, value, len(payload))
        elif isinstance(value, wire.ReadyFrame):
            self._ready()
        else:
            self._answered(value)

    def _ready(self) -> None:
        if not self._life.ready():
            raise ProtocolError("a second handshake")
        self._said_ready = True
        if self._opening is not None:
            self._opening.callback(None)

    def _output(self, kind: PieceKind, value: Any, size: int) -> None:
        body = wire.body(value)
        run = body.pop("run")
        if run != self._run or not self._run_open:
            raise ProtocolError("output of a run that it was not given or that is over")
        if kind is PieceKind.DONE:
            self._done(body, size)
        elif self._budget.admits(size):
            self._emit(kind, body, size)
        else:
            self._overrun()

    def _overrun(self) -> None:
        """Stop a run that has shown all that it may; end a session that goes on all the same."""
        if self._budget.dropped > self._bounds.overrun:
            self.end("output", output_limit=self._bounds.run_output // MEBIBYTE)
            self._broken = True
            if self._stream is not None:
                self._stream.lost()
        elif not self._budget.told:
            self._budget.told = True
            self.interrupt()

    def _done(self, body: Mapping[str, Any], size: int) -> None:
        self._run_open = False
        if self._budget.dropped:
            dropped = self._budget.dropped
            self._emit(PieceKind.SPILLED, {"path": "", "bytes": dropped, "lines": 0, "dropped": dropped}, 0)
        self._life.done()
        self._emit(PieceKind.DONE, body, size)

    def _emit(self, kind: PieceKind, body: Mapping[str, Any], size: int) -> None:
        self._sequence += 1
        self._window.take(self._sequence, size)
        run = self._run or RunId("")
        try:
            self._listener.piece(self.id, Piece(self._sequence, run, kind, body, size))
        except Exception:
            log.failure("a listener raised", session=self.id, correlation=self.request.correlation)

    def _answered(self, value: Any) -> None:
        fields = wire.body(value)
        self._pending.answered(fields.pop("request"), fields)

    def _unanswered(self) -> None:
        if not self._life.running():
            self._launcher.signal(self.id, "INT")

    def _read_on(self) -> None:
        """Read again, once the window is open and what was read is paid for."""
        stream = self._stream
        if stream is None or stream.closed or not stream.paused or not self._window.open:
            return
        # Whole frames may have been left over from the last read.
        if self._clock.seconds() >= self._not_before and (not self._frames.unfinished or self._advance(b"")):
            if self._frame_since is not None:
                # The pause was ours: a frame that waited through it gets its whole time again.
                self._frame_since = self._clock.seconds()
            stream.resume()

    # ------------------------------------------------------------------------------------------ what it uses

    def check(self, usage: Usage | None) -> None:
        """End it if a frame is too slow, a run too long or its processor time used up. Called every few seconds."""
        now = self._clock.seconds()
        reading = self._stream is not None and not self._stream.paused
        if reading and self._frame_since is not None and now - self._frame_since > self._bounds.frame_seconds:
            self._violated("a frame that does not end")
        if self._life.running() and now - self._run_since > self._bounds.run_seconds:
            self.end("deadline", seconds=self._bounds.run_seconds)
        if usage is not None and usage.cpu_seconds > self.request.limits.cpu_seconds:
            self.end("cpu", cpu_seconds=usage.cpu_seconds, memory=usage.memory)

    # ------------------------------------------------------------------------------------------ its end

    def ended(self, reason: str, status: int, cpu_seconds: float, peak_memory: int) -> None:
        """Learn from the launcher that nothing of it is left."""
        if self._launcher_ending is not None:
            return
        limits = self.request.limits
        detail = {
            "status": status,
            "cpu_seconds": cpu_seconds,
            "peak_memory": peak_memory,
            "memory_limit": limits.memory,
            "cpu_limit": limits.cpu_seconds,
        }
        self._launcher_ending = Ending(self._reason or reason, {**detail, **self._detail})
        self._drain()

    def abandon(self) -> None:
        """Give up a session that the launcher refused."""
        self._launcher_ending = Ending("refused")
        self._finish()

    def _drain(self) -> None:
        """Read what it left in its socket, whatever the window says: the kernel bounds it."""
        stream = self._stream
        if stream is None or stream.closed:
            self._finish()
            return
        self._linger = self._clock.callLater(self._bounds.linger_seconds, stream.lost)
        stream.resume()

    def _stream_ended(self) -> None:
        # What was read and not yet taken came before the end. It is little: one read.
        while self._frames.unfinished and not self._broken and self._take(b""):
            continue
        if self._linger is not None and self._linger.active():
            self._linger.cancel()
        if self._launcher_ending is not None:
            self._finish()
        else:
            self._linger = self._clock.callLater(self._bounds.linger_seconds, self.end, self._reason)

    def _finish(self) -> None:
        if not self._life.over():
            return
        self._pending.close()
        self._release()
        ending = self._launcher_ending or Ending("crash")
        self._finished(self)
        self._tell(ending)

    def _release(self) -> None:
        self._window.close()
        if self._stream is not None:
            self._stream.lost()
        if self._linger is not None and self._linger.active():
            self._linger.cancel()

    def _tell(self, ending: Ending) -> None:
        if not self._said_ready:
            if self._opening is not None and not self._opening.called:
                self._opening.errback(SagewsError("session-ended", reason=ending.reason))
            return
        try:
            self._listener.ended(self.id, ending)
        except Exception:
            log.failure("a listener raised", session=self.id, correlation=self.request.correlation)


def _frame(value: wire.ToSession) -> bytes:
    try:
        encoded = wire.encode(value)
    except ValueError as error:
        raise SagewsError("bad-value", field="source", reason="it is not text") from error
    if len(encoded) > wire.MAX_FRAME_TO_SESSION:
        raise SagewsError("too-large", limit=wire.MAX_FRAME_TO_SESSION)
    return encoded


def _too_slow(result: Any, seconds: float) -> None:
    raise SagewsError("limit", limit=f"{seconds:g} s", advice="The session did not start in time; try again.")


def _allow(code: str) -> None:
    if code:
        raise SagewsError(code)
