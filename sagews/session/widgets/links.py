"""jslink and jsdlink: where a notebook's page keeps two values the same, the session does, for all who look on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from sagews.session.widgets.models import Model, Models

LINKS = ("LinkModel", "DirectionalLinkModel")


class Links:
    """Those of one session.

    Args:
        models: all there are.
        widget_of: returns the widget of a model, None where there is none any more.
    """

    def __init__(self, models: Models, widget_of: Callable[[str], Any]) -> None:
        self._models = models
        self._widget_of = widget_of
        self._undone: dict[str, list[Callable[[], None]]] = {}

    def changed(self, model: Model, changes: Iterable[str] | None) -> None:
        """Learn that a link is made, changed or taken away; other models are none."""
        if model.name not in LINKS:
            return
        for undo in self._undone.pop(model.id, ()):
            undo()
        ends = [self._end(model.state.get(name)) for name in ("source", "target")] if changes is not None else []
        if len(ends) < 2 or None in ends:
            return
        source, target = ends
        undone = [_follow(source, target)]
        if model.name == "LinkModel":
            undone.append(_follow(target, source))
        self._undone[model.id] = undone
        _copy(source, target)

    def _end(self, given: Any) -> tuple[Any, str] | None:
        if not isinstance(given, (list, tuple)) or len(given) != 2:
            return None
        model = self._models.find(given[0])
        widget = None if model is None else self._widget_of(model.id)
        return None if widget is None else (widget, str(given[1]))


def _follow(source: Any, target: Any) -> Callable[[], None]:
    widget, name = source

    def follow(_: Any) -> None:
        _copy(source, target)

    widget.observe(follow, names=name)

    def undo() -> None:
        with contextlib.suppress(ValueError):
            widget.unobserve(follow, names=name)

    return undo


def _copy(source: Any, target: Any) -> None:
    """Give one end the value of the other; what it can't have leaves it as it is, as in a notebook."""
    value = getattr(source[0], source[1])
    with contextlib.suppress(Exception):
        if getattr(target[0], target[1]) != value:
            setattr(target[0], target[1], value)
