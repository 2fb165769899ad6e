"""Sliders over numbers. The function gets numbers of the kind that the bounds are of: whole ones, fractions, reals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any

from sagews.session.interact.controls.base import BadValueError, Control, Form, shown
from sagews.session.interact.controls.choices import pair

# Of a slider whose step nobody names: about so many, of a length that is easily read.
STEPS = 100
# Digits that a step leaves of a sum of binary fractions.
DIGITS = 12


class Span:
    """The numbers from one to another in steps, exact where they are.

    Args:
        low, high: the ends, of any kind of number; symbolic ones are taken as real numbers.
        step: None for one that suits, 0 for none.

    Raises:
        ValueError, TypeError: the ends are no real numbers, or the wrong way round.
    """

    def __init__(self, low: Any, high: Any, step: Any = None) -> None:
        self.low, self.high, step = (numeric(each) for each in (low, high, step))
        least, most = float(self.low), float(self.high)
        if not (math.isfinite(least) and math.isfinite(most)) or least > most:
            raise ValueError("A slider goes from one real number to a larger one.")
        total = self.low + self.high + (0 if step is None else step)
        self.integer = isinstance(total, Integral)
        self._convert: Callable[[Any], Any] = total.parent() if hasattr(total, "parent") else type(total)
        if step is None:
            step = 1 if self.integer else nice(most - least)
        self.step = step
        self._step = abs(float(step))

    def form(self) -> Form:
        """Return what pages are told."""
        whole = int if self.integer else float
        return {"min": whole(self.low), "max": whole(self.high), "step": whole(self._step)}

    def snapped(self, wire: Any) -> Any:
        """Return the nearest number that there is, as the wire has it."""
        return self._wire(self._at(wire))

    def number(self, wire: Any) -> Any:
        """Return what the function gets."""
        return self._convert(self._at(wire))

    def written(self, value: Any) -> Any:
        """Return a number as the wire has it, within the ends."""
        try:
            found = float(numeric(value))
        except (TypeError, ValueError) as error:
            raise BadValueError(f"{shown(value, 100)} is not a number.") from error
        if math.isnan(found):
            raise BadValueError("It is not a number.")
        return self.snapped(min(max(found, float(self.low)), float(self.high)))

    def _at(self, wire: Any) -> Any:
        if not self._step:
            return wire
        count = round((wire - float(self.low)) / self._step)
        found = self.low + count * self.step
        if float(found) > float(self.high):
            found = self.low + (count - 1) * self.step
        return round(found, DIGITS) if isinstance(found, float) else found

    def _wire(self, value: Any) -> Any:
        return int(value) if self.integer else min(max(float(value), float(self.low)), float(self.high))


class SliderControl(Control):
    """A number."""

    kind = "slider"

    def __init__(self, span: Span, label: Any = None, default: Any = None) -> None:
        super().__init__(label)
        self._span = span
        self.set(span.low if default is None else default)

    def fields(self) -> Form:
        """See Control."""
        return {**self._span.form(), "integer": self._span.integer}

    def snapped(self, wire: Any) -> Any:
        """See Control."""
        return self._span.snapped(wire)

    def read(self, wire: Any) -> Any:
        """See Control."""
        return self._span.number(wire)

    def written(self, value: Any) -> Any:
        """See Control."""
        return self._span.written(value)


class RangeControl(SliderControl):
    """A part of the numbers: the value is a pair."""

    kind = "range"

    def __init__(self, span: Span, label: Any = None, default: Any = None) -> None:
        # As Jupyter has it: the middle half.
        quarter = (float(span.high) - float(span.low)) / 4
        super().__init__(span, label, (span.low + quarter, span.high - quarter) if default is None else default)

    def snapped(self, wire: Any) -> Any:
        """See Control."""
        return [self._span.snapped(each) for each in wire]

    def read(self, wire: Any) -> Any:
        """See Control."""
        return tuple(self._span.number(each) for each in wire)

    def written(self, value: Any) -> Any:
        """See Control."""
        return sorted(self._span.written(each) for each in pair(value))


class MultiControl(Control):
    """Several numbers, each with a slider; the value is a list."""

    kind = "multi"

    def __init__(
        self, spans: Sequence[Span], label: Any = None, default: Any = None, labels: Sequence[Any] = ()
    ) -> None:
        super().__init__(label)
        self._spans = list(spans)
        self._labels = [*map(shown, labels), *[""] * len(self._spans)]
        self.set([span.low for span in self._spans] if default is None else default)

    def fields(self) -> Form:
        """See Control."""
        sliders = [{**span.form(), "label": label} for span, label in zip(self._spans, self._labels, strict=False)]
        return {"sliders": sliders}

    def snapped(self, wire: Any) -> Any:
        """See Control."""
        return [span.snapped(each) for span, each in zip(self._spans, wire, strict=True)]

    def read(self, wire: Any) -> Any:
        """See Control."""
        return [span.number(each) for span, each in zip(self._spans, wire, strict=True)]

    def written(self, value: Any) -> Any:
        """See Control."""
        given = list(value) if isinstance(value, (list, tuple)) else [value] * len(self._spans)
        if len(given) != len(self._spans):
            raise BadValueError(f"It needs {len(self._spans)} numbers.")
        return [span.written(each) for span, each in zip(self._spans, given, strict=True)]


def numeric(value: Any) -> Any:
    """Return a number that is symbolic as a real one; others, and None, stay."""
    if type(value).__module__.startswith("sage.symbolic"):
        return value.n()
    if isinstance(value, bool):
        return int(value)
    return value


def is_number(value: Any) -> bool:
    """Whether a value can be the end of a slider."""
    if isinstance(value, (str, bytes, bool, list, tuple, dict)) or value is None:
        return False
    try:
        return math.isfinite(float(numeric(value)))
    except Exception:
        return False


def nice(length: float) -> float:
    """Return a step of one, two or five at some decimal place, of which a length has about STEPS."""
    if not length:
        return 1.0
    raw = length / STEPS
    power = 10.0 ** math.floor(math.log10(raw))
    factor = next((each for each in (1, 2, 5) if each * power >= raw * 0.999), 10)
    return float(f"{factor * power:.12g}")
