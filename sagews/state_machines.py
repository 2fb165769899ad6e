"""Builds Automat's machines with their transitions in a table.

Automat looks for a transition by comparing state and input with every one that the machine has, in Python, some forty
comparisons for one step of a session. Three such steps were a twelfth of what an evaluation cost this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from automat import NoTransition, TypeMachineBuilder
from automat._core import Automaton
from automat._typed import TypeMachine

Inputs = TypeVar("Inputs")
Core = TypeVar("Core")


def build(builder: TypeMachineBuilder[Inputs, Core]) -> TypeMachine[Inputs, Core]:
    """Build a machine; it takes the same steps as the builder's own, and refuses the same with NoTransition."""
    machine = builder.build()
    _index(builder._automaton)
    return machine


def _index(automaton: Automaton[Any, str, Any]) -> None:
    """Give an automaton to which no transition will be added a table to look in."""
    # By identity: a state's own hash goes through the whole builder. The automaton keeps the states alive.
    table = {
        (id(state), symbol): (after, list(outputs)) for state, symbol, after, outputs in automaton.allTransitions()
    }

    def output_for_input(inState: Any, inputSymbol: str) -> tuple[Any, Sequence[Any]]:
        found = table.get((id(inState), inputSymbol))
        if found is None:
            raise NoTransition(state=inState, symbol=inputSymbol)
        return found

    automaton.outputForInput = output_for_input  # type: ignore[method-assign]
