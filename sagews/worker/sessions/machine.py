"""The life of one session on a worker, as a machine without side effects: what may happen in which state.

Its inputs only move the state and answer whether the caller may go on, so they can be used from inside a listener's
call. The diagram is generated from here into docs/.
"""

from __future__ import annotations

from typing import Protocol

from automat import TypeMachineBuilder


class ProcessInputs(Protocol):
    """What happens to a session."""

    def ready(self) -> bool:
        """It says that it can take an evaluation: whether it may say so now."""

    def evaluate(self) -> str:
        """Somebody hands a cell over: "" if it may go to the session now, else the code of the refusal."""

    def ask(self) -> str:
        """Somebody asks for completions: "" if the session may be asked now, else the code of the refusal."""

    def running(self) -> bool:
        """Whether a cell is being evaluated."""

    def done(self) -> None:
        """It says that a run is over."""

    def end(self) -> bool:
        """Somebody wants it to end, or it broke the grammar: whether this is the first to say so."""

    def over(self) -> bool:
        """Nothing of it is left: whether this is news."""


class ProcessCore:
    """The machine needs no data of its own."""


def _build() -> TypeMachineBuilder[ProcessInputs, ProcessCore]:
    builder = TypeMachineBuilder(ProcessInputs, ProcessCore)
    starting, idle = builder.state("starting"), builder.state("idle")
    running, ending, over = builder.state("running"), builder.state("ending"), builder.state("over")
    starting.upon(ProcessInputs.ready).to(idle).returns(True)
    idle.upon(ProcessInputs.evaluate).to(running).returns("")
    idle.upon(ProcessInputs.ask).loop().returns("")
    running.upon(ProcessInputs.done).to(idle).returns(None)
    for state in (idle, running, ending, over):
        state.upon(ProcessInputs.ready).loop().returns(False)
    for state in (starting, idle, ending, over):
        state.upon(ProcessInputs.done).loop().returns(None)
        state.upon(ProcessInputs.running).loop().returns(False)
    running.upon(ProcessInputs.running).loop().returns(True)
    for state, code in ((starting, "busy"), (running, "busy"), (ending, "no-session"), (over, "no-session")):
        state.upon(ProcessInputs.evaluate).loop().returns(code)
        state.upon(ProcessInputs.ask).loop().returns(code)
    for state in (starting, idle, running):
        state.upon(ProcessInputs.end).to(ending).returns(True)
    for state in (starting, idle, running, ending):
        state.upon(ProcessInputs.over).to(over).returns(True)
    for state in (ending, over):
        state.upon(ProcessInputs.end).loop().returns(False)
    over.upon(ProcessInputs.over).loop().returns(False)
    return builder


ProcessLife = _build().build()
