"""The session's names and its past: %who, %reset, %history and their kin; help on a name."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.help import inspection, variables
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import line, names

_range = re.compile(r"(\d+)(?:-(\d+))?\Z")
WIDEST = 60


def own_names(shell: Shell) -> list[str]:
    """Return the names that cells made or changed, sorted."""
    return sorted(variables.own_names(shell.user_ns, shell.original))


def _chosen(shell: Shell, text: str) -> list[str]:
    types_wanted = text.split()
    every = own_names(shell)
    return [name for name in every if not types_wanted or type(shell.user_ns[name]).__name__ in types_wanted]


@line("who")
def list_names(shell: Shell, text: str) -> None:
    """Print the names of the session, or those of some types."""
    sys.stdout.write("\t".join(_chosen(shell, text)) + "\n")


@line("who_ls")
def names_as_list(shell: Shell, text: str) -> list[str]:
    """Return the names of the session."""
    return _chosen(shell, text)


@line("whos")
def table_of_names(shell: Shell, text: str) -> None:
    """Print the names of the session with their types and values."""
    rows = [("Variable", "Type", "Value"), *_rows(shell, _chosen(shell, text))]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, kind, value in rows:
        sys.stdout.write(f"{name:<{widths[0]}}  {kind:<{widths[1]}}  {value}\n")


def _rows(shell: Shell, chosen: list[str]) -> Iterator[tuple[str, str, str]]:
    for name in chosen:
        value = shell.user_ns[name]
        try:
            told = " ".join(repr(value).split())
        except Exception as error:
            # A value's repr is user code; the table goes on without it.
            told = f"({type(error).__name__} in its repr)"
        yield name, type(value).__name__, told if len(told) <= WIDEST else f"{told[: WIDEST - 1]}…"


@line("reset")
def forget_names(shell: Shell, text: str) -> None:
    """Forget what cells defined; the names of the beginning come back."""
    for name in own_names(shell):
        del shell.user_ns[name]
    for name, value in shell.original.items():
        shell.user_ns[name] = value
    kept_inputs = "in" not in text.split() and "-f" not in text.split()
    if not kept_inputs:
        shell.user_ns.get("In", [""])[1:] = []
    shell.user_ns.get("Out", {}).clear()
    sys.stdout.write("The variables of this session are gone.\n")


@line("reset_selective")
def forget_matching(shell: Shell, text: str) -> None:
    """Forget the names of cells that a regular expression finds."""
    pattern = re.compile(text.removeprefix("-f").strip())
    for name in own_names(shell):
        if pattern.search(name):
            del shell.user_ns[name]


@line("xdel")
def forget_one(shell: Shell, text: str) -> None:
    """Forget a name, and its value among the last values."""
    value = shell.user_ns.pop(text)
    for name, other in list(shell.user_ns.items()):
        if other is value and name.startswith("_"):
            del shell.user_ns[name]


@line("history", "hist", "rerun_list")
def print_history(shell: Shell, text: str) -> None:
    """Print the cells that have run; -n with their numbers; 3 or 2-5 for some of them."""
    words = text.split()
    inputs = shell.user_ns.get("In", [])
    chosen = [number for word in words if (found := _range.match(word)) for number in _span(found)]
    for number in chosen or range(1, len(inputs)):
        if 0 < number < len(inputs):
            head = f"{number}: " if "-n" in words else ""
            sys.stdout.write(f"{head}{inputs[number]}\n")


def _span(found: re.Match[str]) -> range:
    return range(int(found[1]), min(int(found[2] or found[1]), int(found[1]) + 1000) + 1)


@line("lsmagic", "modes", "magic", "quickref")
def list_magics(_shell: Shell, _text: str) -> None:
    """Print the names of all magics."""
    known = names()
    lines, cells = (" ".join(f"{mark}{each}" for each in known[kind]) for kind, mark in (("line", "%"), ("cell", "%%")))
    sys.stdout.write(f"For a line:\n{lines}\n\nFor a cell:\n{cells}\n")


@line("pinfo", "pdoc", "pdef")
def explain(shell: Shell, text: str) -> None:
    """Show signature and docstring of a name."""
    _explain(shell, text, 0)


@line("pinfo2", "psource")
def explain_with_source(shell: Shell, text: str) -> None:
    """Show the source of a name."""
    _explain(shell, text, 1)


def _explain(shell: Shell, text: str, detail: int) -> None:
    name = text.strip().rstrip(";").lstrip("%")
    told = inspection.describe(name, detail, shell.user_ns) or _of_magic(shell, name)
    if told is None:
        raise NameError(f"name '{name}' is not defined")
    stage.publish(told, {})


def _of_magic(shell: Shell, name: str) -> dict[str, str] | None:
    found: Any = shell.find_magic(name) or shell.find_magic(name, "cell") or shell.mode(name)
    known = isinstance(found, types.FunctionType) and found.__doc__
    return {"text/plain": f"%{name}: {found.__doc__}"} if known else None


@line("psearch")
def search_names(shell: Shell, text: str) -> None:
    """Print the names that a pattern with * matches."""
    pattern = re.compile(re.escape(text.strip("?")).replace(r"\*", ".*") + r"\Z")
    sys.stdout.write("\n".join(name for name in sorted(shell.user_ns) if pattern.match(name)) + "\n")
