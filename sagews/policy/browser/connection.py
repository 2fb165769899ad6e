"""The life of one browser connection, and what it may say in each state, before anything it says is looked at.

    waiting ──hello──▶ handshake ──workspace_given──▶ working ◀──right_confirmed / right_unknown──▶ reading
                           └─────scratch_given─────▶ scratch
    every state ──closed──▶ over

`reading` is where a connection goes when nobody can say whether its login and grant still stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder

from sagews.errors import SagewsError
from sagews.state_machines import build
from sagews.wire.browser.base import Right

# What is admitted in a state, by the right that a message declares; whether this person has it is asked after that.
HANDSHAKE = frozenset({Right.HANDSHAKE})
WORKING = frozenset({Right.ALIVE, Right.READ, Right.EDIT, Right.RUN})
READING = frozenset({Right.ALIVE, Right.READ})
SCRATCH = frozenset({Right.ALIVE, Right.SCRATCH})
NOTHING: frozenset[Right] = frozenset()


class ConnectionInputs(Protocol):
    """What can happen to a connection."""

    def hello(self) -> None:
        """A handshake came; whether it is good is being found out."""

    def workspace_given(self) -> None:
        """The handshake was good, for a workspace."""

    def scratch_given(self) -> None:
        """The handshake was good, for single evaluations only."""

    def right_unknown(self) -> None:
        """Login and grant could not be checked for too long."""

    def right_confirmed(self) -> None:
        """Login and grant were checked and stand."""

    def closed(self) -> None:
        """It is closed, or about to be: nothing is listened to any more."""


@dataclass(slots=True)
class Guard:
    """What is admitted now; set by the machine below, asked before each message.

    Attributes:
        state: name of the state.
        admitted: messages that need one of these rights are looked at.
        refusal: the code for any other.
    """

    state: str = "waiting"
    admitted: frozenset[Right] = HANDSHAKE
    refusal: str = "handshake-expected"

    def check(self, needs: Right) -> None:
        """Raise SagewsError if a message that needs this right may not come now."""
        if needs in self.admitted:
            return
        raise SagewsError("already-connected" if needs is Right.HANDSHAKE else self.refusal)

    def enter(self, state: str, admitted: frozenset[Right], refusal: str) -> None:
        """Take on what holds in a state."""
        self.state, self.admitted, self.refusal = state, admitted, refusal


builder = TypeMachineBuilder(ConnectionInputs, Guard)
waiting = builder.state("waiting")
handshake = builder.state("handshake")
working = builder.state("working")
reading = builder.state("reading")
scratch = builder.state("scratch")
over = builder.state("over")


@waiting.upon(ConnectionInputs.hello).to(handshake)
def spend(inputs: ConnectionInputs, guard: Guard) -> None:
    """Listen to nothing until the handshake has been found good."""
    # A second hello while the first is looked up would spend a second ticket for one connection.
    guard.enter("handshake", NOTHING, "handshake-expected")


@handshake.upon(ConnectionInputs.workspace_given).to(working)
@reading.upon(ConnectionInputs.right_confirmed).to(working)
def work(inputs: ConnectionInputs, guard: Guard) -> None:
    """Listen to everything that needs a workspace."""
    guard.enter("working", WORKING, "forbidden")


@handshake.upon(ConnectionInputs.scratch_given).to(scratch)
def evaluate(inputs: ConnectionInputs, guard: Guard) -> None:
    """Listen to single evaluations."""
    guard.enter("scratch", SCRATCH, "forbidden")


@working.upon(ConnectionInputs.right_unknown).to(reading)
def only_read(inputs: ConnectionInputs, guard: Guard) -> None:
    """Listen to what changes nothing."""
    # The database can't be asked whether this person still may: what they see they have seen, but they change nothing
    # more.
    guard.enter("reading", READING, "rights-unknown")


@waiting.upon(ConnectionInputs.closed).to(over)
@handshake.upon(ConnectionInputs.closed).to(over)
@working.upon(ConnectionInputs.closed).to(over)
@reading.upon(ConnectionInputs.closed).to(over)
@scratch.upon(ConnectionInputs.closed).to(over)
@over.upon(ConnectionInputs.closed).to(over)
def end(inputs: ConnectionInputs, guard: Guard) -> None:
    """Listen to nothing."""
    guard.enter("over", NOTHING, "shutting-down")


# Answers that come too late, or say again what holds already, change nothing.
for _state in (working, scratch):
    _state.upon(ConnectionInputs.right_confirmed).loop().returns(None)
for _state in (reading, scratch):
    _state.upon(ConnectionInputs.right_unknown).loop().returns(None)
for _late in (
    ConnectionInputs.workspace_given,
    ConnectionInputs.scratch_given,
    ConnectionInputs.right_unknown,
    ConnectionInputs.right_confirmed,
):
    over.upon(_late).loop().returns(None)

connection_machine = build(builder)
