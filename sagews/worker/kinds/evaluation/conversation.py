"""One cell after the other, and questions about names: what is said to a session that evaluates.

What a name is and what may follow at a cursor is asked while a cell runs as well. A thread of the session answers, or
nobody does while compiled code keeps it from running; so the wait is short then.
Runs have an end, a budget and a deadline; an interrupt must not come before the session has read the cell that it is
meant for. What is said to an interact of a run that is over opens that run once more, for one evaluation, which has the
same three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from twisted.internet.defer import Deferred

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId
from sagews.model.sessions import MEBIBYTE, NO_RUN, EncodedBody, PieceKind
from sagews.wire.session import frames as wire
from sagews.wire.session import grammar
from sagews.wire.session.areas import AreaFrame, ClearFrame, UpdateFrame
from sagews.wire.session.channels import INTERACT, CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.framing import ProtocolError
from sagews.wire.session.messages import parse_message
from sagews.wire.session.variables import VariablesFrame
from sagews.worker.kinds.evaluation.large_frames import LargeDisplay, is_large, read_in_steps
from sagews.worker.kinds.evaluation.open_channels import OpenChannels
from sagews.worker.kinds.evaluation.past_runs import PastRun, PastRuns
from sagews.worker.kinds.evaluation.pending_requests import PendingRequests
from sagews.worker.kinds.evaluation.run_budget import RunBudget
from sagews.worker.kinds.evaluation.stopping import Stopping
from sagews.worker.kinds.table import SessionChannel

# Bytes of a frame from which on its JSON is made here, once for pages and database.
ENCODED_AT_ONCE = 1024
# What may still come of a run that is over, from a thread or task that its cell left, of its interacts, or because
# another cell shows something in a widget of it.
LATE = (
    *(PieceKind.STREAM, PieceKind.DISPLAY, PieceKind.ERROR, PieceKind.AREA, PieceKind.CLEAR, PieceKind.UPDATE),
    *(PieceKind.OPEN, PieceKind.STATE, PieceKind.CLOSE),
)
# These add nothing to what is there.
REPLACING = (PieceKind.CLEAR, PieceKind.UPDATE, PieceKind.STATE)

QUESTIONS = (wire.CompleteFrame, wire.InspectFrame, wire.RemoveFrame, VariablesFrame)
# Of these the ones that are answered beside a cell that runs.
BESIDE = (wire.CompleteFrame, wire.InspectFrame)

PIECES: Mapping[type, PieceKind] = {
    wire.StreamFrame: PieceKind.STREAM,
    wire.DisplayFrame: PieceKind.DISPLAY,
    wire.ResultFrame: PieceKind.RESULT,
    wire.ErrorFrame: PieceKind.ERROR,
    AreaFrame: PieceKind.AREA,
    ClearFrame: PieceKind.CLEAR,
    UpdateFrame: PieceKind.UPDATE,
    wire.SpilledFrame: PieceKind.SPILLED,
    OpenFrame: PieceKind.OPEN,
    StateFrame: PieceKind.STATE,
    CloseFrame: PieceKind.CLOSE,
    wire.DoneFrame: PieceKind.DONE,
}


class CellConversation:
    """The cells of one session."""

    def __init__(self, channel: SessionChannel) -> None:
        bounds = channel.bounds
        self._channel = channel
        self._run = NO_RUN
        self._run_since = 0.0
        self._stopping = self._new_stopping()
        # Still true while the session is being ended: what its last run printed arrives behind the kill.
        self._run_open = False
        self._budget = RunBudget(bounds.run_output, channel.clock)
        self._channels = OpenChannels()
        # The interact whose run is open once more; 0 while a cell's own is.
        self._evaluated = 0
        self._past = PastRuns()
        self._pending = PendingRequests(channel.clock, bounds.answer_seconds, bounds.questions, self._unanswered)

    # ------------------------------------------------------------------------------------------ requests

    def send(self, message: Mapping[str, Any], run: RunId) -> None:
        """See Conversation: what is no question is a cell, or said over a channel of the one that runs."""
        cell = parse_message(message)
        if isinstance(cell, (MessageFrame, CloseFrame)) and not run:
            self._say(cell)
            return
        if not isinstance(cell, wire.RunFrame) or cell.run != run:
            raise SagewsError("bad-message", reason="it is not a cell, or not of the run that it names")
        payload = grammar.payload(cell)
        self._admit(payload)
        self._begin(run, OpenChannels())
        self._channel.send(payload)

    def _begin(self, run: RunId, channels: OpenChannels, evaluated: int = 0) -> None:
        self._run, self._run_since, self._run_open = run, self._channel.clock.seconds(), True
        self._stopping = self._new_stopping()
        self._budget = RunBudget(self._channel.bounds.run_output, self._channel.clock)
        self._channels = channels
        self._evaluated = evaluated

    def _new_stopping(self) -> Stopping:
        return Stopping(self._channel.clock, self._is_unread, self._channel.signal_interrupt)

    def _close_run(self) -> None:
        self._run_open = False
        self._stopping.end()

    def _say(self, frame: MessageFrame | CloseFrame) -> None:
        payload = grammar.payload(frame)
        past = self._past.find(RunId(frame.run))
        if past is not None and past.channels.lasts(frame.channel):
            self._say_to_interact(frame, payload, past)
            return
        if not self._run_open or frame.run != self._run:
            raise SagewsError("channel-closed")
        self._channel.admit(payload)
        # Also while its cell runs: a backend that has no room for an interact wants it closed.
        if not (isinstance(frame, CloseFrame) and self._channels.lasts(frame.channel)):
            self._channels.use(frame.channel)
        self._channel.send(payload)

    def _say_to_interact(self, frame: MessageFrame | CloseFrame, payload: bytes, past: PastRun) -> None:
        if isinstance(frame, CloseFrame):
            # The session says itself when it has closed it.
            self._channel.admit(payload)
        else:
            self._admit(payload)
            self._begin(RunId(frame.run), past.channels, frame.channel)
        self._channel.send(payload)

    def ask(self, question: Mapping[str, Any]) -> Deferred[Mapping[str, Any]]:
        """See Conversation: what may follow at a cursor, what a name is, or that names go."""
        form = parse_message({**question, "request": self._pending.next_number})
        if not isinstance(form, QUESTIONS):
            raise SagewsError("bad-message", reason="it is not a question")
        payload = grammar.payload(form)
        if self._run_open and isinstance(form, BESIDE):
            self._channel.admit(payload)
            if self._channel.unread:
                # Compiled code holds the interpreter's lock: what is sent meanwhile would only pile up.
                raise SagewsError("busy")
            answer = self._pending.asked(self._channel.bounds.aside_seconds)
        else:
            # What else there is to ask takes the session's one thread: behind a long run it would only ever time out.
            self._admit(payload)
            answer = self._pending.asked()
        self._channel.send(payload)
        return answer

    def _admit(self, payload: bytes) -> None:
        self._channel.admit(payload)
        if self._run_open:
            raise SagewsError("busy")

    # ------------------------------------------------------------------------------------------ interrupts

    def interrupt(self) -> None:
        """See Conversation."""
        if self._run_open:
            self._stopping.press()
        elif self._pending:
            self._channel.signal_interrupt()

    def _heard(self, run: str) -> None:
        if run != self._run or not self._run_open:
            raise ProtocolError("a run is told to stop that is over")
        self._stopping.heard()

    def _is_unread(self) -> bool:
        return self._channel.unread

    def _unanswered(self) -> None:
        # A completion that hangs would block the next cell; a run that began meanwhile must not be hit for it.
        if not self._run_open:
            self._channel.signal_interrupt()

    # ------------------------------------------------------------------------------------------ what it says

    def received(self, payload: bytes) -> Iterator[None] | None:
        """See Conversation."""
        if is_large(payload):
            return self._in_steps(payload)
        self._take(grammar.parse_from_session(payload), len(payload))
        return None

    def _in_steps(self, payload: bytes) -> Iterator[None]:
        """Read a large frame; a display or a result comes with its JSON."""
        value = yield from read_in_steps(payload)
        if isinstance(value, LargeDisplay):
            self._output(value.kind, value.run, value.body, len(payload))
        else:
            self._take(value, len(payload))

    def _take(self, value: wire.FromSession, size: int) -> None:
        kind = PIECES.get(type(value))
        if kind is not None:
            fields = grammar.body(value)
            run = RunId(fields.pop("run"))
            if size > ENCODED_AT_ONCE:
                fields = EncodedBody(fields, msgspec.json.encode(fields))
            self._output(kind, run, fields, size)
        elif isinstance(value, wire.StoppingFrame):
            self._heard(value.run)
        elif isinstance(value, wire.ReadyFrame):
            raise ProtocolError("a second handshake")
        else:
            fields = grammar.body(value)
            self._pending.answered(fields.pop("request"), fields)

    def _output(self, kind: PieceKind, run: RunId, body: Mapping[str, Any], size: int) -> None:
        if run != self._run or not self._run_open:
            self._late(kind, run, body, size)
        elif kind is PieceKind.DONE:
            self._done(body, size)
        elif kind is PieceKind.STATE and body["over"]:
            self._evaluation_over(run, body, size)
        elif kind is PieceKind.SPILLED and self._budget.spilled:
            raise ProtocolError("a second file of one run's output")
        else:
            self._keep_account(kind, self._channels, body)
            self._budget.spilled = self._budget.spilled or kind is PieceKind.SPILLED
            if kind is PieceKind.CLOSE:
                # Whatever the budget says: it takes something away.
                self._channel.emit(kind, run, body, size)
            else:
                self._emit(kind, run, body, size)

    def _keep_account(self, kind: PieceKind, channels: OpenChannels, body: Mapping[str, Any]) -> None:
        """Take what is said of a channel into account; raises ProtocolError for what can't be."""
        if kind is PieceKind.CLOSE:
            channels.close(body["channel"])
        elif kind is PieceKind.OPEN:
            self._past.check_room()
            channels.open(body)
        elif kind is PieceKind.STATE and not channels.lasts(body["channel"]):
            raise ProtocolError("the state of what is no interact")

    def _evaluation_over(self, run: RunId, body: Mapping[str, Any], size: int) -> None:
        if body["channel"] != self._evaluated:
            raise ProtocolError("the end of an evaluation that nobody asked for")
        self._close_run()
        self._channel.emit(PieceKind.STATE, run, body, size)

    def _emit(self, kind: PieceKind, run: RunId, body: Mapping[str, Any], size: int) -> None:
        if _admits(self._budget, kind, size):
            self._channel.emit(kind, run, body, size)
        else:
            self._have_closed(kind, run, body)
            self._overrun()

    def _have_closed(self, kind: PieceKind, run: RunId, body: Mapping[str, Any]) -> None:
        """Have the session close an interact that nobody gets to see; until it has, it counts as open."""
        if kind is PieceKind.OPEN and body["kind"] == INTERACT:
            self._channel.send(grammar.payload(CloseFrame(run, body["channel"])))

    def _late(self, kind: PieceKind, run: RunId, body: Mapping[str, Any], size: int) -> None:
        """Take what a thread or task shows whose cell is over, within what that run had left."""
        past = self._past.find(run)
        if past is None or kind not in LATE or (kind is PieceKind.STATE and body["over"]):
            raise ProtocolError("output of a run that it was not given or that is over")
        if kind is PieceKind.OPEN and body["kind"] != INTERACT:
            raise ProtocolError("a question of a run that is over")
        self._keep_account(kind, past.channels, body)
        if kind is PieceKind.OPEN:
            self._past.reopened(run)
        budget = past.budget
        if kind is PieceKind.CLOSE or _admits(budget, kind, size):
            self._channel.emit(kind, run, body, size)
            return
        self._have_closed(kind, run, body)
        if budget.dropped > self._channel.bounds.overrun:
            self._cut_off()

    def _cut_off(self) -> None:
        self._channel.cut_off("output", output_limit=self._channel.bounds.run_output // MEBIBYTE)

    def _overrun(self) -> None:
        """Stop a run that has shown all that it may; end a session that goes on all the same."""
        if self._budget.dropped > self._channel.bounds.overrun:
            self._cut_off()
        elif not self._budget.told:
            self._budget.told = True
            self.interrupt()

    def _done(self, body: Mapping[str, Any], size: int) -> None:
        if self._evaluated:
            raise ProtocolError("the second end of a run")
        self._close_run()
        if self._budget.dropped:
            dropped = self._budget.dropped
            spilled = {"path": "", "bytes": dropped, "lines": 0, "dropped": dropped}
            self._channel.emit(PieceKind.SPILLED, self._run, spilled, 0)
        self._past.add(self._run, self._budget, self._channels)
        self._channel.emit(PieceKind.DONE, self._run, body, size)

    # ------------------------------------------------------------------------------------------ its end

    def check(self) -> None:
        """See Conversation."""
        limit = self._channel.bounds.run_seconds
        if self._run_open and self._channel.clock.seconds() - self._run_since > limit:
            self._channel.end("deadline", seconds=limit)

    def close(self) -> None:
        """See Conversation."""
        self._close_run()
        self._pending.close()


def _admits(budget: RunBudget, kind: PieceKind, size: int) -> bool:
    """Whether a piece may pass; counts it."""
    if kind not in REPLACING:
        return budget.admits(size)
    passes = budget.replaces(size)
    if passes and kind is PieceKind.CLEAR:
        budget.clear()
    return passes
