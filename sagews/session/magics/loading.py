"""`load` and `attach` for what Sage's own don't know, notebooks and Markdown worksheets, and with lines for errors.

Sage's `load` is the one door through which `load`, `attach`, `%load`, `%attach` and the reading of changed files
go. What it does not know is read here; and a file in Sage's language is compiled under its own name, so that errors
name it.
"""

from __future__ import annotations

import importlib
import json
import linecache
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sagews.session.evaluation.preparser import preparsed
from sagews.session.evaluation.sources import lines_of
from sagews.session.magics import escapes, heads, shell

LARGEST = 16 * 1024 * 1024
SHEETS = (".ipynb", ".md")
_fence = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\{?([\w-]*)")
_LANGUAGES = ("sage", "sagemath", "python", "python3", "py", "ipython3", "code-cell")
_original: dict[str, Callable[..., Any]] = {}


def install() -> None:
    """Put ours in front of Sage's `load`, in the zygote."""
    load, attach = (importlib.import_module(f"sage.repl.{name}") for name in ("load", "attach"))
    _original.update({"load": vars(load)["load"], "loadable": vars(load)["is_loadable_filename"]})
    vars(load).update({"load": _load, "is_loadable_filename": _is_loadable})
    vars(attach)["load"] = _load


def _is_loadable(filename: Any) -> Any:
    return str(filename).lower().endswith(SHEETS) or _original["loadable"](filename)


def _load(filename: Any, globals: dict[str, Any], attach: bool = False) -> None:
    """Run a file among names.

    Raises:
        OSError: when there is no such file, or it is too large.
        Exception: what the file raises.
    """
    name = os.fsdecode(filename).strip() if isinstance(filename, bytes) else str(filename).strip()
    path = _found(name) if name.lower().endswith((".sage", *SHEETS)) else None
    if path is None:
        _original["load"](filename, globals, attach)
        return
    if attach:
        sys.modules["sage.repl.attach"].add_attached_file(path)
    run_file(path, globals, sage=True)


def _found(name: str) -> Path | None:
    if "://" in name:
        return None
    paths = sys.modules["sage.repl.attach"].load_attach_path()
    return next((path for folder in paths if (path := (folder / name).expanduser()).is_file()), None)


def run_file(path: Path, names: dict[str, Any], *, sage: bool) -> None:
    """Run a file: the code cells of a notebook or of a Markdown worksheet, all of any other.

    Args:
        path: of the file.
        names: the globals.
        sage: whether code that does not say what it is is Sage's.
    """
    if path.stat().st_size > LARGEST:
        raise OSError(f"{path} is larger than {LARGEST >> 20} MiB: too large to be loaded.")
    text = path.read_text(encoding="utf-8")
    linecache.checkcache(str(path))
    if path.suffix.lower() == ".ipynb":
        for number, source in enumerate(_cells_of_notebook(path, text), 1):
            name = f"{path}, cell {number}"
            linecache.cache[name] = (len(source), None, lines_of(source), name)
            _run_cell(source, name, names, sage=sage)
    elif path.suffix.lower() == ".md":
        for source in _fenced(text):
            _run_cell(source, str(path), names, sage=sage)
    else:
        _run(text, str(path), names, sage=sage and path.suffix.lower() == ".sage")


def _run_cell(source: str, name: str, names: dict[str, Any], *, sage: bool) -> None:
    session = shell.get_ipython()
    if session is not None and heads.read(source) is not None:
        # A mode, or a line of its own: what cells do with it.
        session.run_cell(source)
    else:
        _run(escapes.translated(source), name, names, sage=sage)


def _run(source: str, name: str, names: dict[str, Any], *, sage: bool) -> None:
    exec(compile(preparsed(source) if sage else source, name, "exec"), names)  # noqa: S102  (the person's own file)


def _cells_of_notebook(path: Path, text: str) -> Iterator[str]:
    """Yield the sources of the code cells of a notebook; ValueError when it is none."""
    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        yield from ("".join(source) for source in sources)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no Jupyter notebook of version 4.") from error


def _fenced(text: str) -> Iterator[str]:
    """Yield the code cells of a Markdown text, each below as many empty lines as there are above it in the file."""
    inside: list[str] = []
    fence, wanted, first = "", False, 0
    for number, line in enumerate(lines_of(text)):
        found = _fence.match(line)
        if not fence and found:
            fence, wanted, first, inside = found[1], found[2].lower() in _LANGUAGES, number + 1, []
        elif fence and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            if wanted:
                yield "\n" * first + "".join(inside)
            fence = ""
        elif fence:
            inside.append(line)
