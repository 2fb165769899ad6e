"""Folders, files, the environment, and running or loading files."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import sys
from pathlib import Path
from typing import Any

from sagews.session.magics import loading
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import block, line

_assignment = re.compile(r"\s*(\w+)\s*(?:=\s*|\s+)(.*)\Z", re.DOTALL)


@line("cd")
def change_folder(shell: Shell, text: str) -> None:
    """Go to a folder: the home without one, the last one for `-`."""
    quiet = text.startswith("-q")
    wanted = text.removeprefix("-q").strip().strip("'\"") or "~"
    target = shell.last_folder if wanted == "-" and shell.last_folder else os.path.expanduser(wanted)
    before = os.getcwd()
    os.chdir(target)
    shell.last_folder = before
    if not quiet:
        sys.stdout.write(f"{os.getcwd()}\n")


@line("pwd")
def folder(_shell: Shell, _text: str) -> str:
    """Return the folder in which files are looked for."""
    return os.getcwd()


@line("env", "set_env")
def environment(_shell: Shell, text: str) -> Any:
    """Return the environment's variables, or one; `%env NAME=value` and `%env NAME value` set one."""
    if not text:
        return dict(os.environ)
    found = _assignment.match(text)
    if found is None:
        return os.environ.get(text) if text in os.environ else _no_variable(text)
    os.environ[found[1]] = found[2]
    sys.stdout.write(f"env: {found[1]}={found[2]}\n")
    return None


def _no_variable(name: str) -> None:
    sys.stderr.write(f"There is no variable {name} in the environment.\n")


@block("writefile", "file")
def write_file(_shell: Shell, rest: str, text: str) -> None:
    """Write the text into a file; -a appends to it."""
    words = shlex.split(rest)
    append = "-a" in words or "--append" in words
    names = [word for word in words if not word.startswith("-")]
    if len(names) != 1:
        raise ValueError("%%writefile wants one file name, for instance %%writefile notes.txt")
    path = os.path.expanduser(names[0])
    told = "Appending to" if append else "Overwriting" if os.path.exists(path) else "Writing"
    with open(path, "a" if append else "w", encoding="utf-8") as stream:
        stream.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.write(f"{told} {names[0]}\n")


@line("run")
def run_file(shell: Shell, text: str) -> None:
    """Run a file as a program, with arguments, and take its names over; -i lets it see the session's names."""
    words = shlex.split(text)
    inside = "-i" in words
    words = [word for word in words if word != "-i"]
    if not words:
        raise ValueError("%run wants a file, for instance %run program.py")
    path, before = os.path.expanduser(words[0]), sys.argv
    if not path.endswith(".py") or inside:
        load_file(shell, words[0])
        return
    sys.argv = [path, *words[1:]]
    main = sys.modules["__main__"]
    try:
        names = runpy.run_path(path, run_name="__main__")
    finally:
        # runpy puts a module of its own there for the while, and pickles of cells need theirs.
        sys.argv, sys.modules["__main__"] = before, main
    shell.user_ns.update({name: value for name, value in names.items() if not name.startswith("__")})


@line("load", "runfile", "loadpy")
def load_file(shell: Shell, text: str) -> None:
    """Run a file among the session's names: Python as it is, Sage's language through the preparser."""
    path = text.strip("'\"")
    if "sage.repl.load" in sys.modules:
        sys.modules["sage.repl.load"].load(path, shell.user_ns)
        return
    loading.run_file(Path(path).expanduser(), shell.user_ns, sage=False)


@line("attach")
def attach_file(_shell: Shell, text: str) -> None:
    """Load a file, and again before the next cell whenever it has changed; without a name, list those files."""
    if "sage.repl" not in sys.modules:
        raise ValueError("%attach is Sage's. In Python, use %load again when the file has changed.")
    attached = sys.modules["sage.repl.attach"]
    names = shlex.split(text)
    if names:
        attached.attach(*names)
    else:
        sys.stdout.write("".join(f"{name}\n" for name in attached.attached_files()) or "No file is attached.\n")


@line("detach")
def detach_file(_shell: Shell, text: str) -> None:
    """Read files no longer again when they change; all of them without a name."""
    attached = sys.modules.get("sage.repl.attach")
    for name in shlex.split(text) or (attached.attached_files() if attached is not None else ()):
        if attached is None:
            raise ValueError("%detach is Sage's, as %attach is.")
        attached.detach(name)
