"""How values and errors are shown, and settings of other front ends that mean nothing here."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import line

MODES = ("Context", "Plain", "Verbose", "Minimal")
_QUIET = ("matplotlib", "config", "autoreload", "aimport", "colors", "automagic", "autocall", "gui", "pprint")
_NOT_HERE = {
    "debug": "the debugger asks for commands, and nobody can type into a cell that runs. The traceback shows the lines",
    "pdb": "the debugger asks for commands, and nobody can type into a cell that runs. The traceback shows the lines",
    "edit": "there is no other editor than the page",
    "connect_info": "nobody else can connect to this session",
    "notebook": "use the page's menu",
}


@line(*_QUIET)
def accept(_shell: Shell, _text: str) -> None:
    """Do nothing, silently: worksheets copied from elsewhere begin with it, and what it asks for is so already."""


def _refusal(name: str, why: str) -> None:
    @line(name)
    def refuse(_shell: Shell, _text: str) -> None:
        sys.stderr.write(f"%{name} does nothing here: {why}.\n")


for _name, _why in _NOT_HERE.items():
    _refusal(_name, _why)


@line("precision")
def set_precision(_shell: Shell, text: str) -> str | None:
    """Show Python's floating point numbers with so many digits behind the point, or in a format such as %.3g."""
    if stage.formatters is None:
        return None
    return stage.formatters.set_precision(text.strip().strip("'\""))


@line("xmode")
def set_traceback(shell: Shell, text: str) -> None:
    """Choose how much of a traceback is shown."""
    wanted = text.capitalize() or MODES[(MODES.index(shell.xmode) + 1) % len(MODES)]
    if wanted not in MODES:
        raise ValueError(f"%xmode knows {', '.join(MODES)}.")
    shell.xmode = wanted
    sys.stdout.write(f"Exception reporting mode: {wanted}\n")


@line("display")
def set_display(_shell: Shell, text: str) -> None:
    """Choose how Sage shows values: default, plain, latex, ascii_art, unicode_art."""
    if "sagews.session.display.sage" not in sys.modules:
        sys.stderr.write("%display chooses among Sage's ways to show a value; this is a session without Sage.\n")
        return
    sys.modules["sagews.session.display.sage"].choose(text.split())


@line("typeset_mode")
def set_typesetting(shell: Shell, text: str) -> None:
    """Show values as formulas only, or as usual: CoCalc's word for %display."""
    set_display(shell, "default" if text.strip("() ").lower() in ("false", "0", "off") else "latex")


@line("var")
def declare(shell: Shell, text: str) -> Any:
    """Make symbolic variables, as `var('x y')` does."""
    return shell.ev(f"var({text!r})")


@line("load_ext", "reload_ext")
def load_extension(shell: Shell, text: str) -> None:
    """Load an extension of IPython that needs no more than its shell's magics."""
    if text in ("autoreload", "sage", "sage.repl.ipython_extension", "cython", "Cython"):
        return
    module = importlib.import_module(text)
    module.load_ipython_extension(shell)
