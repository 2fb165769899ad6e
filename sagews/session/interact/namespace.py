"""`interact` as cells know it: decorator, function, and within a function the way to its own controls."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

from sagews.session.interact.controls import names
from sagews.session.interact.interacts import SessionInteracts
from sagews.session.interact.live import AUTO, Interact, made

OPTIONS = ("layout", AUTO, "update_args")
# What other programs take and what means nothing here: they are no controls.
IGNORED = ("flicker", "output", "locations", "width", "display")
NO_SESSION = "interact works in the cells of a session only."
NONE_HERE = "Only the function of an interact can use its controls by interact.NAME."
_session: list[SessionInteracts] = []


def use(interacts: SessionInteracts) -> None:
    """Let `interact` show in this session."""
    _session[:] = [interacts]


class Interactive:
    """What `interact` makes of a function: it can be called as before, and its controls be read and set by name."""

    def __init__(self, interact: Interact) -> None:
        # Past `__setattr__`, which is for controls.
        known: dict[str, Any] = {name: getattr(interact.function, name, None) for name in functools.WRAPPER_ASSIGNMENTS}
        vars(self).update(known, __wrapped__=interact.function, _interact=interact)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function itself."""
        return self._interact.function(*arguments, **named)

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else types.MethodType(self, owner)

    def __repr__(self) -> str:
        controls = ", ".join(self._interact.controls) or "nothing"
        return f"<interact {getattr(self._interact.function, '__name__', 'function')} with {controls}>"

    def _ipython_display_(self) -> None:
        """Show nothing: the controls are there already."""

    def __getattr__(self, name: str) -> Any:
        return _value(vars(self).get("_interact"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._interact.put(name, value)
        _tell(self._interact)

    def __delattr__(self, name: str) -> None:
        _remove(self._interact, name)
        _tell(self._interact)


class InteractFactory:
    """Shows controls for a function: `@interact`, `@interact(layout=…)`, `interact(f, x=(0, 10))`.

    Each argument gets a control by its default value (see `interact.controls`), or by what is given under its name. The
    function is evaluated at once, and again whenever somebody changes something; what it prints, shows and returns
    stands below the controls.

    Within the function `interact.name` is the value of a control, `interact.name = …` sets it, replaces it or makes a
    new one, `del interact.name` takes it away, and `interact.changed()` returns the names of those that have changed.

    Options:
        layout: rows of names, or of (name, width in twelfths, label); or {"top" | "left" | "right" | "bottom": rows}.
        auto_update: False has a button evaluate.
        update_args: names that alone have it evaluated.
    """

    def __call__(self, function: Any = None, /, **given: Any) -> Any:
        """See the class."""
        if function is None:
            return functools.partial(self, **given) if given else self
        if isinstance(function, Interactive):
            # Of another cell, or decorated twice.
            function = function._interact.function
        if not callable(function):
            raise TypeError(f"interact needs a function, and got {type(function).__name__}.")
        if not _session:
            raise RuntimeError(NO_SESSION)
        options = {name: given[name] for name in OPTIONS if name in given}
        controls = {name: value for name, value in given.items() if name not in (*OPTIONS, *IGNORED)}
        interact = made(function, options, controls)
        _session[0].show(interact)
        return Interactive(interact)

    def changed(self) -> list[str]:
        """Return the names of the controls that have changed since the function was evaluated last; at first all."""
        return list(_here().changed)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        current = _session[0].current if _session else None
        if current is not None and name in current.controls:
            return current.controls[name].value()
        if name in names.ALL:
            return names.ALL[name]
        raise AttributeError(NONE_HERE if current is None else f"This interact has no control {name!r}.")

    def __setattr__(self, name: str, value: Any) -> None:
        _here().put(name, value)

    def __delattr__(self, name: str) -> None:
        _remove(_here(), name)

    def __dir__(self) -> list[str]:
        current = _session[0].current if _session else None
        return sorted({"changed", *names.ALL, *(() if current is None else current.controls)})


def _here() -> Interact:
    current = _session[0].current if _session else None
    if current is None:
        raise AttributeError(NONE_HERE)
    return current


def _value(interact: Interact | None, name: str) -> Any:
    if interact is None or name not in interact.controls:
        raise AttributeError(name)
    return interact.controls[name].value()


def _remove(interact: Interact, name: str) -> None:
    if name not in interact.controls:
        raise AttributeError(f"This interact has no control {name!r}.")
    interact.remove(name)


def _tell(interact: Interact) -> None:
    if _session:
        _session[0].told(interact)


interact = InteractFactory()

SAGE_NAMES: dict[str, Callable[..., Any]] = {"interact": interact, **names.ALL}
PYTHON_NAMES: dict[str, Callable[..., Any]] = {"interact": interact}
# Where Sage has its own, which want Jupyter's widgets: sage.interacts takes them from there, and so do worksheets.
_SAGE_MODULES = ("all_jupyter", "interact", "widgets_sagenb")


def install_for_sage() -> None:
    """Put these names where Sage's library of interacts, and code that people bring along, look for Sage's own."""
    package = "sage.repl.ipython_kernel"
    for name in _SAGE_MODULES:
        module = types.ModuleType(f"{package}.{name}", "The controls of this session, in place of Jupyter's widgets.")
        vars(module).update(SAGE_NAMES)
        if name == "all_jupyter":
            vars(module).update({key: each for key, each in vars(sys.modules["sage.all"]).items() if key[0] != "_"})
            vars(module).update(SAGE_NAMES)
        sys.modules[f"{package}.{name}"] = module
