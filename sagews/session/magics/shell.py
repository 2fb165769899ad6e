"""What `get_ipython()` gives: the part of IPython's shell that code of others asks for, bound to this session's loop.

Sage's `attach`, matplotlib, sympy and many examples call `get_ipython()` and then run code, magics or commands on it.
IPython's own shell would cost each session megabytes and every cell twenty times as long; this one has no state but the
session's names. What it lacks raises AttributeError, which callers of an optional shell expect.
"""

from __future__ import annotations

import builtins
import difflib
import os
import sys
from collections.abc import Callable, Mapping
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any, Protocol

import IPython
import IPython.core.getipython
from IPython.core.events import EventManager

from sagews.session.display.displayhook import stage
from sagews.session.display.showing import Publisher
from sagews.session.magics import processes, table
from sagews.session.magics.table import UnknownMagic

EVENTS = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell", "shell_initialized")


class RunsCode(Protocol):
    """What the shell needs of the session's evaluator."""

    namespace: dict[str, Any]
    language: str

    def evaluate(self, source: str) -> Any:
        """Run text in the language of the running cell; return the value of its last expression."""

    def python(self, source: str) -> str:
        """Return text in the language of the running cell as Python."""

    def show_problem(self, problem: BaseException) -> None:
        """Show what went wrong in a part of what runs that ends, while the rest goes on."""


class Shell:
    """The session as IPython's users know it.

    Args:
        evaluator: runs code, and holds the names of the session.
        original: the names that cells had at the beginning.

    Attributes:
        config: empty: libraries that look for a notebook's or a terminal's settings find none.
        colors, input_transformers_post, ast_transformers and the like: read by libraries, and without effect here.
        default_mode: what cells without a mode of their own are given to; "" for the language of the worksheet.
        xmode: how much of a traceback is shown: Context, Plain or Minimal.
    """

    colors = "nocolor"

    def __init__(self, evaluator: RunsCode, original: Mapping[str, Any]) -> None:
        self.evaluator = evaluator
        self.original = original
        self.config: dict[str, Any] = {}
        self.configurables: list[Any] = []
        self.input_transformers_cleanup: list[Any] = []
        self.input_transformers_post: list[Any] = []
        self.ast_transformers: list[Any] = []
        self.user_ns_hidden: dict[str, Any] = {}
        self.xmode = "Context"
        self.default_mode = ""
        self.last_folder = ""
        self._inputhook: Any = None
        self._exit_code = 0
        self.events = EventManager(self, EVENTS)
        self.display_pub = Publisher()
        self._own: dict[str, table.Line] = {}
        self._own_blocks: dict[str, table.Block] = {}

    @property
    def user_ns(self) -> dict[str, Any]:
        """The names of the session."""
        return self.evaluator.namespace

    user_global_ns = user_ns

    @property
    def user_module(self) -> ModuleType:
        """The module whose names they are."""
        return builtins.__import__("__main__")

    @property
    def execution_count(self) -> int:
        """The number of the running cell."""
        return len(self.user_ns.get("In", ()))

    @property
    def display_formatter(self) -> Any:
        """IPython's formatters, as the session uses them."""
        return stage.formatters.ipython if stage.formatters is not None else None

    def run_cell(self, raw_cell: str, *_: Any, **__: Any) -> SimpleNamespace:
        """Run text as part of the running cell; what fails, fails the cell."""
        value = self.evaluator.evaluate(raw_cell)
        if value is not None:
            stage.display(value)
        return SimpleNamespace(result=value, success=True, error_in_exec=None, error_before_exec=None)

    def ex(self, source: str | CodeType) -> None:
        """Run Python."""
        exec(source, self.user_ns)  # noqa: S102  (what a session is for; the jail bounds it)

    def ev(self, source: str) -> Any:
        """Return the value of a Python expression."""
        return eval(source, self.user_ns)  # noqa: S307  (as above)

    def push(self, variables: Mapping[str, Any], **_: Any) -> None:
        """Give names values."""
        self.user_ns.update(variables)

    def run_line_magic(self, magic_name: str, line: str, *_: Any, **__: Any) -> Any:
        """Do what `%name line` says.

        Raises:
            UnknownMagic: when the name is neither a magic nor a function of the session.
            Exception: what the magic raises.
        """
        line = line.strip()
        own = self._own.get(magic_name)
        if own is not None:
            return own(line)  # type: ignore[call-arg]
        if (known := table.find_line(magic_name)) is not None:
            return known(self, line)
        if (mode := self.mode(magic_name)) is not None:
            return mode(self, line)
        raise UnknownMagic(self.unknown(magic_name))

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Do what `%%name line` above a text says."""
        own = self._own_blocks.get(magic_name)
        if own is not None:
            return own(line, cell)  # type: ignore[call-arg]
        if (known := table.find_block(magic_name)) is not None:
            return known(self, line, cell)
        if (context := table.find_around(magic_name)) is not None:
            with context(self, line):
                return self.evaluator.evaluate(cell)
        if (mode := self.mode(magic_name)) is not None:
            return mode(self, f"{line}\n{cell}" if line else cell)
        raise UnknownMagic(self.unknown(magic_name))

    def has_block(self, name: str) -> bool:
        """Whether `%%name` gets the rest of its line apart from the text below."""
        return name in self._own_blocks or table.find_block(name) is not None

    def has_line(self, name: str) -> bool:
        """Whether `%name` is for a single line."""
        return name in self._own or table.find_line(name) is not None

    def mode(self, name: str) -> table.Mode | None:
        """Return the mode of this name: one of ours, a system, an object of the session with `eval`, or a callable."""
        return table.find_mode(self, name)

    def unknown(self, name: str) -> str:
        """Say what there is instead of a magic that there is not."""
        known = table.names()
        close = difflib.get_close_matches(name, {*known["line"], *known["cell"]}, 3)
        meant = f" Did you mean {' or '.join(f'%{each}' for each in close)}?" if close else ""
        modes = " ".join(f"%{each}" for each in known["cell"])
        told = f"%{name} is neither a magic nor a function of yours.{meant}"
        return f"{told} For a cell there are {modes}. %lsmagic lists all."

    def magic(self, text: str) -> Any:
        """Do what `%text` says."""
        name, _, line = text.lstrip("%").partition(" ")
        return self.run_line_magic(name, line)

    def find_magic(self, name: str, magic_kind: str = "line") -> Any:
        """Return a magic, or None."""
        found = {"line": table.find_line, "cell": table.find_block}[magic_kind](name)
        return (self._own if magic_kind == "line" else self._own_blocks).get(name) or found

    def register_magic_function(
        self, func: Callable[..., Any], magic_kind: str = "line", magic_name: str | None = None
    ) -> None:
        """Make a function of the session's own a magic."""
        name = magic_name or func.__name__
        if magic_kind in ("line", "line_cell"):
            self._own[name] = func
        if magic_kind in ("cell", "line_cell"):
            self._own_blocks[name] = func

    def system(self, cmd: str) -> None:
        """Run a command of the shell; what it prints is the cell's."""
        self._exit_code = processes.run(processes.expanded(cmd, self.user_ns))

    system_raw = system_piped = system

    def getoutput(self, cmd: str, split: bool = True, **_: Any) -> Any:
        """Return what a command prints, as a list of lines."""
        return processes.output(processes.expanded(cmd, self.user_ns), split=split)

    def getoutput_raw(self, cmd: str) -> str:
        """Return what a command prints, as one text."""
        return str(self.getoutput(cmd, split=False))

    def enable_gui(self, gui: Any = None) -> None:
        """Remember which loop was asked for: there is none to run, and Sage's asks whether its own is set."""
        self._inputhook = gui

    def set_hook(self, *_: Any, **__: Any) -> None:
        """Do nothing: there is no editor and no terminal to hook into."""

    def set_custom_exc(self, *_: Any, **__: Any) -> None:
        """Do nothing: errors are shown by the page."""

    def set_next_input(self, text: str, **_: Any) -> None:
        """Show the text that a terminal would offer as the next line."""
        stage.publish({"text/plain": text}, {})

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:
        """Show what went wrong where it was caught, as the callbacks of widgets have it; the cell goes on."""
        problem = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        if problem is not None:
            self.evaluator.show_problem(problem)

    @property
    def folder(self) -> str:
        """Where files are looked for now."""
        return os.getcwd()


_current: Shell | None = None


def use(shell: Shell) -> None:
    """Make this the shell that `get_ipython()` gives, from now on."""
    global _current
    _current = shell


def get_ipython() -> Shell | None:
    """Return the session's shell; None in the zygote."""
    return _current


def install() -> None:
    """Put our `get_ipython` where people and libraries look for IPython's; called before any of them does."""
    builtins.get_ipython = get_ipython  # type: ignore[attr-defined]
    for module in (IPython, IPython.core.getipython):
        module.get_ipython = get_ipython
