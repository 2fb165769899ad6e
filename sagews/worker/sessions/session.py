"""One session as a worker holds it: its socket, its numbered pieces, what it may use, why it ended.

What is said over the socket is the business of its kind (kinds/table.py).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher, ILauncherListener
from sagews.interfaces.sessions import ISessionListener
from sagews.model.identifiers import RunId
from sagews.model.sessions import Ending, Piece, PieceKind, SessionRequest, Usage
from sagews.net.account_lines import MOST_SECONDS, AccountLines
from sagews.wire.session import frames as wire
from sagews.wire.session import grammar
from sagews.wire.session.framing import FrameReader, ProtocolError, frame
from sagews.worker.kinds.table import Conversation, WorkerKind
from sagews.worker.launcher.descriptors import StreamSocket
from sagews.worker.sessions.bounds import Bounds
from sagews.worker.sessions.flow_control import SharedWindow, Window
from sagews.worker.sessions.machine import ProcessCore, ProcessLife

log = Logger()

# Of what one read brings: 64 KiB may hold a thousand frames, each of which goes three ways before the next. Nor more
# than take MOST_SECONDS: a frame may be JSON that takes long to parse.
MOST_FRAMES = 50


@implementer(ILauncherListener)
class WorkerSession:
    """One session; to its kind it is the SessionChannel of kinds/table.py.

    Args:
        request: what was asked for.
        kind: what is said over it.
        reactor: watches the socket and tells the time.
        launcher: delivers signals.
        listener: an ISessionListener.
        pool: counts unacknowledged output of all sessions.
        lines: of all accounts, which share the time of this process.
        bounds: what it may do.
        finished: called once with this session, before the listener is told of the end.
    """

    def __init__(
        self,
        request: SessionRequest,
        kind: WorkerKind,
        reactor: Any,
        launcher: ILauncher,
        listener: ISessionListener,
        pool: SharedWindow,
        lines: AccountLines,
        bounds: Bounds,
        finished: Callable[[WorkerSession], None],
    ) -> None:
        self.request = request
        self.id = request.session
        self.clock: IReactorTime = reactor
        self.bounds = bounds
        self._lines = lines
        # What it costs is charged to who began it: in twenty workspaces one has no more than in one.
        self._who: str = request.account or request.workspace or request.session
        self._in_line = False
        self._spent = time.thread_time
        # Nothing that it says is looked at any more.
        self._broken = False
        self._opening: Deferred[None] | None = None
        self._said_ready = False
        self._launcher = launcher
        self._listener = listener
        self._finished = finished
        self._life = ProcessLife(ProcessCore())
        self._window = Window(self._who, bounds.window, pool, self._read_on)
        self._frames = FrameReader(wire.MAX_FRAME_FROM_SESSION)
        self._frame_since: float | None = None
        # What is left to be done about a large frame, before anything behind it is looked at.
        self._steps: Iterator[None] | None = None
        self._stream_is_over = False
        self._sequence = 0
        # Its end was asked for, or has come: the kernel may take a while longer to take it down.
        self.ending = False
        self._reason = ""
        self._detail: dict[str, Any] = {}
        self._stream: StreamSocket | None = None
        self._launcher_ending: Ending | None = None
        self._linger: IDelayedCall | None = None
        self._reactor = reactor
        self.conversation: Conversation = kind.begin(self)

    # ------------------------------------------------------------------------------------------ requests

    def connect(self, stream: socket.socket) -> None:
        """Take this end of the session's socket and listen."""
        self._stream = StreamSocket(self._reactor, stream, self._received, self._stream_ended)
        self._stream.resume()

    async def until_ready(self) -> None:
        """Wait until its kind can begin; the listener hears of its end only after that.

        Raises:
            SagewsError: `limit` when it takes too long, `session-ended` when it ended before.
        """
        if self._said_ready:
            return
        if self._launcher_ending is not None:
            raise SagewsError("session-ended", reason=self._launcher_ending.reason)
        self._opening = Deferred()
        self._opening.addTimeout(self.bounds.start_seconds, self.clock, onTimeoutCancel=_too_slow)
        try:
            await self._opening
        except SagewsError:
            self.end("deadline")
            raise

    def end(self, reason: str, **detail: Any) -> None:
        """Kill it; the first reason given is the one that people read."""
        if self._life.end():
            self.ending = True
            self._reason, self._detail = reason, detail
            self._launcher.signal(self.id, "KILL")

    def cut_off(self, reason: str, **detail: Any) -> None:
        """See SessionChannel."""
        self.end(reason, **detail)
        self._broken = True
        if self._stream is not None:
            self._stream.lost()

    def acknowledge(self, sequence: int) -> None:
        """Free every piece up to this number."""
        self._window.acknowledge(min(sequence, self._sequence))

    # ------------------------------------------------------------------------------------------ what its kind does

    @property
    def unread(self) -> bool:
        """See SessionChannel."""
        return self._stream is not None and bool(self._stream.unread)

    def admit(self, payload: bytes) -> None:
        """See SessionChannel."""
        if len(payload) > wire.MAX_FRAME_TO_SESSION:
            raise SagewsError("too-large", limit=wire.MAX_FRAME_TO_SESSION)
        code = self._life.talk()
        if code:
            raise SagewsError(code)

    def send(self, payload: bytes) -> None:
        """See SessionChannel."""
        if self._stream is None:
            return
        self._stream.send(frame(payload))
        if self._stream.unsent > self.bounds.unsent:
            self.end("protocol", explanation="it does not read what it is sent")

    def emit(self, kind: PieceKind, run: RunId, body: Mapping[str, Any], size: int) -> None:
        """See SessionChannel."""
        self._sequence += 1
        self._window.take(self._sequence, size)
        try:
            self._listener.piece(self.id, Piece(self._sequence, run, kind, body, size))
        except Exception:
            log.failure("a listener raised", session=self.id, correlation=self.request.correlation)

    def signal_interrupt(self) -> None:
        """See SessionChannel."""
        self._launcher.signal(self.id, "INT")

    # ------------------------------------------------------------------------------------------ what it says

    def _received(self, data: bytes) -> None:
        # A session that is gone left little, and its end is told behind it.
        if self._launcher_ending is None and (self._in_line or not self._lines.is_free(self._who)):
            self._frames.hold(data)
            self._stand()
        elif self._advance(data):
            return
        if self._stream is not None:
            self._stream.pause()

    def _stand(self) -> None:
        """Stand in the line of its account, once."""
        if not self._in_line:
            self._in_line = True
            self._lines.stand(self._who, self._go_on)

    def _go_on(self) -> None:
        self._in_line = False
        if self._stream_is_over:
            self._stream_ended()
        else:
            self._continue()

    def _advance(self, data: bytes) -> bool:
        """Take a little of what arrived, charge what that cost to its account, and say whether to read on at once.

        Everything that a piece sets going in this process happens here: its way to pages and into the journal.
        """
        began = self._spent()
        whole = self._take(data, began)
        self._lines.charge(self._who, self._spent() - began)
        if not self._frames.unfinished:
            self._frame_since = None
        elif whole or self._frame_since is None:
            self._frame_since = self.clock.seconds()
        if self._launcher_ending is not None:
            # What is left of a session that is gone is little, and its end is told behind it.
            return True
        if whole == MOST_FRAMES or self._steps is not None or not self._lines.is_free(self._who):
            self._stand()
            return False
        return self._window.open

    def _take(self, data: bytes, began: float) -> int:
        """Take so many frames at most, and return how many there were; the rest waits in the reader."""
        whole = 0
        try:
            if self._steps is not None and not self._step():
                self._frames.hold(data)
                return whole
            for payload in self._frames.feed(data):
                whole += 1
                if self._said_ready:
                    self._steps = self.conversation.received(payload)
                else:
                    self._begin(payload)
                if self._steps is not None or whole == MOST_FRAMES or self._broken:
                    break
                if self._spent() - began >= MOST_SECONDS:
                    break
        except ProtocolError as error:
            self._violated(error.reason)
        return whole

    def _step(self) -> bool:
        """Do one step about a large frame; returns whether that was the last."""
        steps, self._steps = self._steps, None
        if steps is None or next(steps, self) is self:
            return True
        self._steps = steps
        return False

    def _begin(self, payload: bytes) -> None:
        if not isinstance(grammar.parse_from_session(payload), wire.ReadyFrame) or not self._life.ready():
            raise ProtocolError("it did not begin with its handshake")
        self._said_ready = True
        if self._opening is not None:
            self._opening.callback(None)

    def _violated(self, reason: str) -> None:
        log.warn(
            "session {session} broke the grammar and is ended: {reason}",
            session=self.id,
            correlation=self.request.correlation,
            reason=reason,
        )
        self.cut_off("protocol", explanation=reason)

    def _read_on(self) -> None:
        """Read again, once the window is open, when it is its turn: now, unless its account has others that wait."""
        if self._lines.is_free(self._who):
            self._continue()
        else:
            self._stand()

    def _continue(self) -> None:
        stream = self._stream
        if stream is None or stream.closed or not stream.paused or not self._window.open:
            return
        # Whole frames may have been left over from the last read.
        if not (self._frames.unfinished or self._steps) or self._advance(b""):
            if self._frame_since is not None:
                # The pause was ours: a frame that waited through it gets its whole time again.
                self._frame_since = self.clock.seconds()
            stream.resume()

    # ------------------------------------------------------------------------------------------ what it uses

    def check(self, usage: Usage | None) -> None:
        """End it if a frame is too slow, a run too long or its processor time used up. Called every few seconds."""
        reading = self._stream is not None and not self._stream.paused
        since = self._frame_since
        if reading and since is not None and self.clock.seconds() - since > self.bounds.frame_seconds:
            self._violated("a frame that does not end")
        self.conversation.check()
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
            "disk_limit": limits.disk,
        }
        # The launcher sees a kill; why there was one is known here only.
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
            if not self._in_line:
                self._finish()
            return
        self._linger = self.clock.callLater(self.bounds.linger_seconds, stream.lost)
        stream.resume()

    def _stream_ended(self) -> None:
        # What was read and not yet taken came before the end: one read, or one large frame. It may be hundreds of small
        # frames, each of which replaces much, so it is taken a little at a time as everything before it was.
        self._stream_is_over = True
        if not self._broken and (self._steps or self._frames.unfinished):
            began = self._spent()
            whole = self._take(b"", began)
            self._lines.charge(self._who, self._spent() - began)
            if (whole or self._steps is not None) and not self._broken:
                self._stand()
                return
        if self._linger is not None and self._linger.active():
            self._linger.cancel()
        if self._launcher_ending is not None:
            self._finish()
        else:
            # It closed its socket and lives on, which no session of ours does: its process is ended behind it.
            self._linger = self.clock.callLater(self.bounds.linger_seconds, self.end, self._reason)

    def _finish(self) -> None:
        if not self._life.over():
            return
        self.conversation.close()
        self._release()
        ending = self._launcher_ending or Ending("crash")
        # Before the listener hears of it: what it asks for next may need this session's slot.
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


def _too_slow(result: Any, seconds: float) -> None:
    raise SagewsError("limit", limit=f"{seconds:g} s", advice="The session did not start in time; try again.")
