"""Machines that are looked up in a table take the same steps as Automat's own."""

from __future__ import annotations

from typing import Protocol

from automat import NoTransition, TypeMachineBuilder
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews import state_machines
from tests.counting import calls


class Doors(Protocol):
    """What can be done to a door."""

    def open(self) -> str:
        """Open it."""

    def close(self) -> str:
        """Close it."""

    def lock(self) -> str:
        """Lock it."""


class Door:
    """The machine needs no data of its own."""


def builder() -> TypeMachineBuilder[Doors, Door]:
    """Return the machine of a door that is opened, closed and locked."""
    made = TypeMachineBuilder(Doors, Door)
    shut, ajar, locked = made.state("shut"), made.state("ajar"), made.state("locked")
    shut.upon(Doors.open).to(ajar).returns("opened")
    ajar.upon(Doors.close).to(shut).returns("closed")
    shut.upon(Doors.lock).to(locked).returns("locked")
    locked.upon(Doors.lock).loop().returns("locked already")
    return made


class StateMachineTests(SynchronousTestCase):
    """A table instead of a search."""

    @given(st.lists(st.sampled_from(("open", "close", "lock")), max_size=12))
    def test_same_steps(self, steps: list[str]) -> None:
        """Any steps give the same answers as the builder's own machine, and the same refusals."""
        ours, theirs = state_machines.build(builder())(Door()), builder().build()(Door())
        for step in steps:
            said = []
            for door in (ours, theirs):
                try:
                    said.append(getattr(door, step)())
                except NoTransition as refusal:
                    said.append(f"refused {refusal.symbol} in {refusal.state.name}")
            self.assertEqual(said[0], said[1])

    def test_no_search(self) -> None:
        """A step costs the same few calls however many transitions a machine has."""
        machine = state_machines.build(builder())(Door())
        self.assertLess(calls(machine.open), 10)
