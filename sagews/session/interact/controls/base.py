"""What controls have in common: a form that pages show, a value as the wire has it, one as the function gets it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from sagews.session.evaluation.tracebacks import bounded
from sagews.wire.session.checks import UNFIT
from sagews.wire.session.control_parts import MAX_LABEL
from sagews.wire.session.interact_values import checked

Form = dict[str, Any]
# No value of JSON.
_NOTHING = object()


class BadValueError(ValueError):
    """A value that people gave can't be used; the text says why and stands beside the control."""


class Control(ABC):
    """One control of one interact.

    Args:
        label: stands beside it; None for its name, False or "" for nothing.

    Attributes:
        kind: as in wire/session/interact.py.
        name: given when it becomes part of an interact.
        first: the value that it had then, as the wire has it.
    """

    kind: str

    def __init__(self, label: Any = None) -> None:
        self.name = ""
        self.first: Any = None
        self._label = label
        self._wire: Any = None
        self._read: Any = _NOTHING

    def __repr__(self) -> str:
        return f"Interact control {self.kind} {self.name}".rstrip()

    @property
    def label(self) -> str:
        """What stands beside it."""
        if self._label is None:
            return self.name
        return shown(self._label) if self._label is not False else ""

    @label.setter
    def label(self, label: Any) -> None:
        self._label = label

    @abstractmethod
    def fields(self) -> Form:
        """Return what the form has for controls of this kind."""

    @abstractmethod
    def read(self, wire: Any) -> Any:
        """Return what the function gets for a value of the wire; may run user code and raise anything."""

    @abstractmethod
    def written(self, value: Any) -> Any:
        """Return a value as the wire has it.

        Raises:
            BadValueError: it is none of this control's.
        """

    @property
    def has_value(self) -> bool:
        """Whether people can change it."""
        return True

    def form(self) -> Form:
        """Return what pages are told."""
        return {"name": self.name, "kind": self.kind, "label": self.label, **self.fields()}

    @property
    def wire(self) -> Any:
        """The value as the wire has it."""
        return self._wire

    def take(self, wire: Any) -> None:
        """Take a value that a page or an earlier life of this control had; raises SagewsError for what does not fit."""
        taken = self.snapped(checked(self.form(), wire))
        if taken != self._wire:
            self._wire, self._read = taken, _NOTHING

    def set(self, value: Any) -> None:
        """Give it a value as the function gets it; raises BadValueError."""
        self._wire, self._read = self.written(value), _NOTHING

    def snapped(self, wire: Any) -> Any:
        """Return the nearest value that it can really have."""
        return wire

    def value(self) -> Any:
        """Return what the function gets; read once for each value."""
        if self._read is _NOTHING:
            self._read = self.read(self._wire)
        return self._read

    def is_like(self, other: Control) -> bool:
        """Whether another control is this one as it was made, in an earlier run of its cell."""
        return type(self) is type(other) and self.form() == other.form()


def shown(text: Any, most: int = MAX_LABEL) -> str:
    """Return any object as a text that is fit for a label."""
    found = text if isinstance(text, str) else str(text)
    return UNFIT.sub("\ufffd", found if len(found) <= most else found[: most - 1] + "…")


def trimmed(text: str, most: int) -> str:
    """Return a text of at most so many bytes that the wire can have."""
    return UNFIT.sub("\ufffd", bounded(text, most))
