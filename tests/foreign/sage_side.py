"""The half that needs Sage: finds examples in docstrings, runs Sage's own doctest machinery over them, judges outputs.

    python sage_side.py collect < {"seed", "docstrings", "areas"} > [docstring …]
    python sage_side.py judge < [docstring … with "got"] > [docstring … with "verdict"]

A docstring is {"area", "name", "examples": [{"source", "want", "passes"}]}: `passes` says whether Sage's own machinery,
in this very environment, finds the output that the docstring promises. Whatever it does not pass is no yardstick.
Nothing of Sage Workspaces is imported here: it is run by the interpreter of the sessions.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import json
import os
import random
import re
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SECONDS = 20
AREAS = {
    "rings": ("rings/integer", "rings/rational", "rings/real", "rings/complex", "rings/finite_rings", "rings/padics"),
    "number theory": ("rings/number_field", "arith", "rings/fast_arith", "quadratic_forms", "modular"),
    "polynomials": ("rings/polynomial", "rings/power_series", "rings/laurent"),
    "PARI": ("libs/pari", "interfaces/gp"),
    "Maxima": ("interfaces/maxima", "calculus"),
    "symbolics": ("symbolic", "functions"),
    "linear algebra": ("matrix", "modules"),
    "combinatorics": ("combinat",),
    "graphs": ("graphs",),
    "groups": ("groups",),
    "geometry": ("geometry", "schemes"),
    "plots": ("plot",),
    "repl": ("repl", "misc/session", "misc/latex", "misc/html", "misc/table", "typeset"),
    "others": ("sets", "structure", "coding", "crypto", "numerical", "manifolds", "homology", "probability", "stats"),
}
LONGEST = 40
# What a cell has no part in: other machines, other programs, hours, the doctest machinery itself, or which backend of
# Sage's display is in use: a worksheet has one of its own.
_UNFIT = re.compile(
    r"#.*(not tested|optional|internet|known bug|long time)|doctest:|sage\.doctest|get_test_shell"
    r"|BackendDoctest|doctest backend|get_display_manager|DisplayManager\.get_instance",
    re.IGNORECASE,
)
_WARNING = re.compile(r"doctest:[^\n]*\n(?:See https://[^\n]*\n)?(?:Please[^\n]*\n)?")
_PICTURE = re.compile(r"[\[(]*<(Figure size|matplotlib\.|Axes|mpl_toolkits)")
# What Sage's own prompt adds, and its doctests leave out.
_HINT = re.compile(r" \(use the \.\w+\(\) method to (?:plot|see the entries)\)")
_ADDRESS = re.compile(r"0x[0-9a-f]+")
_NEEDS = re.compile(r"#\s*needs\b.*")
_FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def collect(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a sample of docstrings with what Sage's own machinery makes of each example."""
    _prepare()
    chosen = random.Random(order["seed"])  # noqa: S311  (a sample, not a secret)
    found = []
    for area, places in AREAS.items():
        if order["areas"] and area not in order["areas"]:
            continue
        files = sorted(path for place in places for path in _files(place))
        chosen.shuffle(files)
        taken = 0
        for file in files:
            if taken >= order["docstrings"]:
                break
            docstrings = _in_child(lambda file=file, area=area: _docstrings(file, chosen, area)) or []
            found += docstrings[: order["docstrings"] - taken]
            taken += len(docstrings[: order["docstrings"] - taken])
    return found


def _files(place: str) -> Iterator[Path]:
    import sage.misc

    root = Path(next(iter(sage.misc.__path__))).parent
    path = root / place
    yield from (each for each in path.rglob("*.py*") if each.suffix in (".py", ".pyx"))
    yield from (
        each for each in path.parent.glob(f"{path.name}*.py*") if each.suffix in (".py", ".pyx") and each.is_file()
    )


def _docstrings(file: Path, chosen: random.Random, area: str) -> list[dict[str, Any]]:
    """Return at most three docstrings of a file, run by Sage's own machinery."""
    from sage.doctest.control import DocTestDefaults
    from sage.doctest.sources import FileDocTestSource

    options = DocTestDefaults(optional={"sage"}, environment="sage.repl.ipython_kernel.all_jupyter", long=False)
    tests, _ = FileDocTestSource(str(file), options).create_doctests(dict(vars(_globals())))
    fit = [test for test in tests if 1 < len(test.examples) <= LONGEST and not _UNFIT.search(test.docstring)]
    chosen.shuffle(fit)
    return [_described(test, area, options) for test in fit[:3]]


def _globals() -> Any:
    import sage.repl.ipython_kernel.all_jupyter

    return sage.repl.ipython_kernel.all_jupyter


def _described(test: Any, area: str, options: Any) -> dict[str, Any]:
    passes = _passes(test, options)
    examples = [
        {"source": _original(each), "want": str(each.want), "passes": number in passes, "form": _form(each)}
        for number, each in enumerate(test.examples)
        if "sig_on_count" not in each.source
    ]
    return {"area": area, "name": test.name, "examples": examples}


def _original(example: Any) -> str:
    """Return an example as it stands in its docstring, before Sage's preparser."""
    return str(getattr(example, "sage_source", example.source))


def _form(example: Any) -> str:
    """Say why a cell may rightly show something else than the prompt does, or ""."""
    try:
        tree = ast.parse(example.source)
    except SyntaxError:
        return ""
    if any(isinstance(node, ast.Expr) for top in tree.body if not isinstance(top, ast.Expr) for node in _plain(top)):
        return "a value inside of a block"
    return "a picture" if _PICTURE.match(example.want) else ""


def _plain(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield the statements in a block, but not those of functions and classes, which a prompt does not show either."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.stmt):
            yield inner
            yield from _plain(inner)


def _passes(test: Any, options: Any) -> set[int]:
    """Return the numbers of the examples that Sage's own machinery passes."""
    from sage.doctest.forker import SageDocTestRunner
    from sage.doctest.parsing import SageOutputChecker

    passed: set[int] = set()

    class Noting(SageDocTestRunner):  # type: ignore[misc,unused-ignore]
        def report_success(self, out: Any, test: Any, example: Any, got: Any, **_: Any) -> None:
            passed.add(next(number for number, each in enumerate(test.examples) if each is example))

        def report_failure(self, *_: Any, **__: Any) -> None:
            return None

        report_unexpected_exception = report_start = report_overtime = report_failure

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile("w+") as messages:
        runner = Noting(
            SageOutputChecker(),
            verbose=False,
            outtmpfile=out,
            msgfile=messages,
            sage_options=options,
            optionflags=_FLAGS,
        )
        runner.basename, runner.filename = test.name, test.filename
        runner.run(test, clear_globs=False)
    return passed


def _in_child(work: Any) -> Any:
    """Do work in a forked process that has a bounded time; None when it did not come to an end."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reader)
        signal.alarm(SECONDS)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        try:
            data = json.dumps(work()).encode()
            with os.fdopen(writer, "wb") as sink:
                sink.write(data)
        except BaseException:
            # A file that Sage's own machinery can't read is left out of the sample.
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as source:
        data = source.read()
    os.waitpid(pid, 0)
    return json.loads(data) if data else None


def _prepare() -> None:
    """Load Sage as its doctests do, and keep our own standard output free of what it prints."""
    from sage.doctest.forker import init_sage

    init_sage()


def judge(docstrings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say of each example whether what the cell showed is what the docstring promises."""
    from sage.doctest.parsing import SageDocTestParser, SageOutputChecker

    checker = SageOutputChecker()
    for docstring in docstrings:
        for example in docstring["examples"]:
            text = "".join(_prompted(example["source"])) + example["want"]
            parts = SageDocTestParser(("sage",)).parse(text)
            parsed = next((each for each in parts if isinstance(each, doctest.Example)), None)
            example["verdict"] = "unread" if parsed is None else _verdict(checker, parsed, example)
    return docstrings


def _prompted(source: str) -> Iterator[str]:
    for number, line in enumerate(source.rstrip("\n").split("\n")):
        # What an example needs was there when it was collected; the parser would ask again.
        yield f"{'....: ' if number else 'sage: '}{_NEEDS.sub('', line)}\n"


def _verdict(checker: Any, parsed: Any, example: dict[str, Any]) -> str:
    got, error = example.get("got"), example.get("error")
    if got is None:
        return "lost"
    if error is not None:
        fits = parsed.exc_msg is not None and any(
            checker.check_output(parsed.exc_msg, f"{form}\n", _FLAGS) for form in _forms_of_error(error, parsed.exc_msg)
        )
        return "same" if fits else "other"
    want, got = str(parsed.want), _HINT.sub("", got)
    # Standard error mixes with standard output at a prompt; warnings there name a line of a doctest.
    for wanted in (parsed.want, _WARNING.sub("", want)):
        for shown in (got, example.get("everything", got)):
            if checker.check_output(wanted, shown, _FLAGS):
                return "same"
    return "same" if _same_but_for_order(want, got) else "other"


def _forms_of_error(error: str, wanted: str) -> Iterator[str]:
    """Yield what a prompt may print of an error: with and without the module, its first line, or its name alone."""
    name, _, rest = error.partition(":")
    for message in (rest, rest.partition("\n")[0], rest.partition(" (line ")[0]):
        for spelt in (name, name.rpartition(".")[2], wanted.partition(":")[0].strip()):
            if spelt.rpartition(".")[2] == name.rpartition(".")[2]:
                yield f"{spelt}:{message}".rstrip(": ")
    if ":" not in wanted:
        # Ours say in words what Python leaves empty.
        yield name


def _same_but_for_order(want: str, got: str) -> bool:
    """Whether two dictionaries or sets differ in their order only: doctests sort keys, prompts and cells do not."""
    # An address is another each time, and a docstring leaves it out.
    told = _ADDRESS.sub("0x...", got)
    return "{" in want and sorted("".join(want.split())) == sorted("".join(told.split()))


def main() -> None:
    """Do what the command line says."""
    work = {"collect": collect, "judge": judge}[sys.argv[1]]
    order = json.load(sys.stdin)
    # Whatever the examples print must not mix with the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    with contextlib.redirect_stdout(io.StringIO()) if sys.argv[1] == "judge" else contextlib.nullcontext():
        found = work(order)
    with os.fdopen(answer, "w") as sink:
        json.dump(found, sink)


if __name__ == "__main__":
    main()
