"""The life of one session on a worker, as a machine without side effects: what may happen in which state.

Its inputs only move the state and answer whether the caller may go on, so they can be used from inside a listener's
call. What goes on in an open session is known to its kind (kinds/). The diagram is generated from here into docs/.
"""

from __future__ import annotations

from typing import Protocol

from automat import TypeMachineBuilder

from sagews.state_machines import build


class ProcessInputs(Protocol):
    """What happens to a session."""

    def ready(self) -> bool:
        """It says that it can begin: whether it may say so now."""

    def talk(self) -> str:
        """Somebody has something to say to it: "" if that may go to it now, else the code of the refusal."""

    def end(self) -> bool:
        """Somebody wants it to end, or it broke the grammar: whether this is the first to say so."""

    def over(self) -> bool:
        """Nothing of it is left: whether this is news."""


class ProcessCore:
    """The machine needs no data of its own."""


def _build() -> TypeMachineBuilder[ProcessInputs, ProcessCore]:
    builder = TypeMachineBuilder(ProcessInputs, ProcessCore)
    starting, open_ = builder.state("starting"), builder.state("open")
    ending, over = builder.state("ending"), builder.state("over")
    starting.upon(ProcessInputs.ready).to(open_).returns(True)
    for state in (open_, ending, over):
        state.upon(ProcessInputs.ready).loop().returns(False)
    for state, code in ((starting, "busy"), (open_, ""), (ending, "no-session"), (over, "no-session")):
        state.upon(ProcessInputs.talk).loop().returns(code)
    for state in (starting, open_):
        state.upon(ProcessInputs.end).to(ending).returns(True)
    for state in (starting, open_, ending):
        state.upon(ProcessInputs.over).to(over).returns(True)
    for state in (ending, over):
        state.upon(ProcessInputs.end).loop().returns(False)
    over.upon(ProcessInputs.over).loop().returns(False)
    return builder


ProcessLife = build(_build())
