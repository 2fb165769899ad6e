"""Boxes to tick, buttons, colours, and text that is only read."""

from __future__ import annotations

import sys
from typing import Any

from sagews.session.interact.controls.base import BadValueError, Control, Form, shown, trimmed
from sagews.wire.session.interact import MAX_HTML
from sagews.wire.session.interact_values import COLOUR


class CheckControl(Control):
    """A box to tick; its value is True or False."""

    kind = "check"

    def __init__(self, default: Any = True, label: Any = None) -> None:
        super().__init__(label)
        self.set(default)

    def fields(self) -> Form:
        """See Control."""
        return {}

    def read(self, wire: Any) -> bool:
        """See Control."""
        return bool(wire)

    def written(self, value: Any) -> bool:
        """See Control."""
        return bool(value)


class ButtonControl(Control):
    """A button: its value is one thing when it was just pressed, and another when something else has changed."""

    kind = "button"

    def __init__(self, text: Any, pressed: Any, default: Any, label: Any = False) -> None:
        super().__init__(label)
        self._text = text
        self._pressed, self._default = pressed, default
        self._wire = 0
        self.is_pressed = False

    def fields(self) -> Form:
        """See Control."""
        return {"text": shown(self._text) or "Button"}

    def read(self, wire: Any) -> Any:
        """See Control."""
        return self._pressed if self.is_pressed else self._default

    def value(self) -> Any:
        """See Control: another one each time."""
        return self.read(self._wire)

    def written(self, value: Any) -> int:
        """See Control."""
        raise BadValueError("A button has no value that could be set.")


class HtmlControl(Control):
    """Text or HTML among the controls."""

    kind = "html"

    def __init__(self, html: Any = "", label: Any = False) -> None:
        super().__init__(label)
        self.set(html)

    @property
    def has_value(self) -> bool:
        """See Control."""
        return False

    def fields(self) -> Form:
        """See Control."""
        return {"html": self._wire}

    def read(self, wire: Any) -> str:
        """See Control."""
        return str(wire)

    def written(self, value: Any) -> str:
        """See Control."""
        return trimmed(str(value), MAX_HTML)


class ColourControl(Control):
    """A colour; its value is a Sage `Color`, or a text such as #3366cc where there is no Sage or nobody wants it."""

    kind = "colour"

    def __init__(self, default: Any = (0, 0, 1), label: Any = None, *, sage: bool = True) -> None:
        super().__init__(label)
        self._sage = sage
        self.set(default)

    def fields(self) -> Form:
        """See Control."""
        return {}

    def read(self, wire: Any) -> Any:
        """See Control."""
        colours = sys.modules.get("sage.plot.colors")
        return str(wire) if colours is None or not self._sage else colours.Color(wire)

    def written(self, value: Any) -> str:
        """See Control."""
        if isinstance(value, str) and COLOUR.fullmatch(value.lower()):
            return value.lower()
        try:
            colours = sys.modules.get("sage.plot.colors")
            if colours is not None:
                return str(colours.Color(value).html_color())
            from matplotlib.colors import to_hex

            return str(to_hex(value))
        except Exception as error:
            raise BadValueError(f"{value!r} is not a colour: {error}") from error
