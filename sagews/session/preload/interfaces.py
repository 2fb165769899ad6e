"""Stop while the program of an interface (Singular, GAP and the like) only begins.

Sage then asks the program to stop that is not there yet, and the cell would end with an error about None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def install(classes: Iterable[Any]) -> None:
    """Let the interrupt end the cell by itself as long as there is no program.

    Args:
        classes: those of interfaces; what they inherit is not looked at.
    """
    for each in classes:
        if "_keyboard_interrupt" in vars(each):
            each._keyboard_interrupt = _unless_beginning(each._keyboard_interrupt)


def _unless_beginning(own: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def interrupted(interface: Any) -> Any:
        if interface._expect is None:
            raise KeyboardInterrupt
        return own(interface)

    return interrupted
