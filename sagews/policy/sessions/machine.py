"""The life of the session of one document, as people see it.

stopped ──start──▶ starting ──opened──▶ ready ◀──done── running
running ──interrupt──▶ interrupting ──patience_over──▶ stubborn     (done leads back to ready from both)
starting, ready, running, interrupting, stubborn ──stop──▶ ending
any of these ──gone──▶ ended ──start──▶ starting;  ending ──gone──▶ stopped
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder

from sagews.model.sessions import SessionState
from sagews.state_machines import build


class SessionInputs(Protocol):
    """What can happen to a session."""

    def start(self) -> None:
        """A session is being asked for."""

    def opened(self) -> None:
        """It can take an evaluation."""

    def handed_over(self) -> None:
        """It got an evaluation."""

    def done(self) -> None:
        """The evaluation is over."""

    def interrupt(self) -> None:
        """Somebody pressed Stop."""

    def patience_over(self) -> None:
        """It has not answered an interrupt for the time of grace."""

    def stop(self) -> None:
        """Somebody asked for its end, or it was idle for too long."""

    def gone(self) -> None:
        """It is over."""


@dataclass(slots=True)
class SessionCondition:
    """Where a session is.

    Attributes:
        state: what people see; while a session is being ended that is `interrupting`.
        free: whether it can take an evaluation now.
        alive: whether a session was asked for and is not over.
        ending: whether its end was asked for.
    """

    state: SessionState = SessionState.STOPPED
    free: bool = False
    alive: bool = False
    ending: bool = False

    def become(self, state: SessionState, *, alive: bool = True, ending: bool = False) -> None:
        """Take on what holds in a state."""
        self.state, self.alive, self.ending = state, alive, ending
        self.free = state is SessionState.READY


builder = TypeMachineBuilder(SessionInputs, SessionCondition)
stopped = builder.state("stopped")
starting = builder.state("starting")
ready = builder.state("ready")
running = builder.state("running")
interrupting = builder.state("interrupting")
stubborn = builder.state("stubborn")
ending = builder.state("ending")
ended = builder.state("ended")


@stopped.upon(SessionInputs.start).to(starting)
@ended.upon(SessionInputs.start).to(starting)
def begin(inputs: SessionInputs, condition: SessionCondition) -> None:
    """A session is on its way."""
    condition.become(SessionState.STARTING)


@starting.upon(SessionInputs.opened).to(ready)
@running.upon(SessionInputs.done).to(ready)
@interrupting.upon(SessionInputs.done).to(ready)
@stubborn.upon(SessionInputs.done).to(ready)
def wait(inputs: SessionInputs, condition: SessionCondition) -> None:
    """It waits for the next evaluation."""
    condition.become(SessionState.READY)


@ready.upon(SessionInputs.handed_over).to(running)
def run(inputs: SessionInputs, condition: SessionCondition) -> None:
    """It computes."""
    condition.become(SessionState.RUNNING)


@running.upon(SessionInputs.interrupt).to(interrupting)
def ask_to_stop(inputs: SessionInputs, condition: SessionCondition) -> None:
    """It was sent an interrupt."""
    condition.become(SessionState.INTERRUPTING)


@interrupting.upon(SessionInputs.patience_over).to(stubborn)
def give_up(inputs: SessionInputs, condition: SessionCondition) -> None:
    """What it computes does not listen to interrupts."""
    condition.become(SessionState.STUBBORN)


@starting.upon(SessionInputs.stop).to(ending)
@ready.upon(SessionInputs.stop).to(ending)
@running.upon(SessionInputs.stop).to(ending)
@interrupting.upon(SessionInputs.stop).to(ending)
@stubborn.upon(SessionInputs.stop).to(ending)
def end(inputs: SessionInputs, condition: SessionCondition) -> None:
    """It is being ended."""
    # People see the same as at an interrupt: something is being stopped, and they wait for it.
    condition.become(SessionState.INTERRUPTING, ending=True)


@ending.upon(SessionInputs.gone).to(stopped)
def end_as_asked(inputs: SessionInputs, condition: SessionCondition) -> None:
    """It is over, as somebody wished."""
    condition.become(SessionState.STOPPED, alive=False)


@starting.upon(SessionInputs.gone).to(ended)
@ready.upon(SessionInputs.gone).to(ended)
@running.upon(SessionInputs.gone).to(ended)
@interrupting.upon(SessionInputs.gone).to(ended)
@stubborn.upon(SessionInputs.gone).to(ended)
def end_unasked(inputs: SessionInputs, condition: SessionCondition) -> None:
    """It is over, and nobody asked for that."""
    condition.become(SessionState.ENDED, alive=False)


# What changes nothing where it comes too late, too early or twice.
_IGNORED = {
    stopped: "opened done interrupt patience_over stop gone",
    ended: "opened done interrupt patience_over stop gone",
    starting: "start done interrupt patience_over",
    ready: "start opened done interrupt patience_over",
    running: "start opened patience_over",
    interrupting: "start opened interrupt",
    stubborn: "start opened interrupt patience_over",
    ending: "start opened done interrupt patience_over stop",
}
for _state, _inputs in _IGNORED.items():
    for _input in _inputs.split():
        _state.upon(getattr(SessionInputs, _input)).loop().returns(None)

session_machine = build(builder)
