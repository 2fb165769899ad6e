"""The house: no import circle, not even one inside of functions, and no folder that nobody can survey."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

CHECKOUT = Path(__file__).resolve().parent.parent
MOST_FILES = 16
SOURCES = {".py", ".ts", ".tsx", ".css"}
PROGRAMS = ("sagews", "scripts", "tests", "static/src")
# A file of sources, with the folders that are named before it; not one of a longer name, as `shapes.ts.in`.
NAMED_FILE = re.compile(r"(?<![\w/.*-])[\w/]+\.(?:py|tsx?)\b(?!\.\w)")
CLIENT_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def remarks(text: str, suffix: str) -> Iterator[str]:
    """Yield the comments and docstrings of a source."""
    if suffix != ".py":
        yield from CLIENT_COMMENT.findall(text)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def missing_files(text: str, path: Path) -> list[str]:
    """Return the files that remarks name and that are neither below a folder above the source nor below sagews."""
    above = [CHECKOUT / "sagews", *(folder for folder in path.parents if folder.is_relative_to(CHECKOUT))]
    named = {name for remark in remarks(text, path.suffix) for name in NAMED_FILE.findall(remark)}
    return sorted(name for name in named if not any((folder / name).exists() for folder in above))


def module_name(path: Path) -> str:
    """Return the dotted name of a module of the checkout."""
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.Module, known: Mapping[str, Path]) -> Iterator[str]:
    """Yield the modules of ours that a module imports anywhere, whether at its head or inside of a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else str(node.module)


def graph(folder: str) -> dict[str, set[str]]:
    """Return which module imports which."""
    known = {module_name(path): path for path in (CHECKOUT / folder).rglob("*.py")}
    return {
        name: set(imports(ast.parse(path.read_text(encoding="utf-8")), known)) - {name} for name, path in known.items()
    }


def circle(arrows: Mapping[str, set[str]]) -> list[str]:
    """Return the modules of one circle, or nothing."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


class StructureTests(SynchronousTestCase):
    """What holds for the tree as a whole."""

    def test_no_circle(self) -> None:
        """No module of the daemon imports itself by way of others."""
        self.assertEqual(circle(graph("sagews")), [])

    def test_a_circle_would_be_seen(self) -> None:
        """The check finds a circle that an import inside of a function closes."""
        known = {"sagews.a": CHECKOUT, "sagews.b": CHECKOUT}
        one = set(imports(ast.parse("from sagews import b\nfrom sagews.b import x"), known))
        other = set(imports(ast.parse("def f():\n    import sagews.a"), known))
        self.assertEqual(set(circle({"sagews.a": one, "sagews.b": other})), {"sagews.a", "sagews.b"})

    def test_types_are_imported_as_everything_is(self) -> None:
        """Nobody imports something for the type checker alone: that is how circles hide."""
        names = [
            module_name(path)
            for path in (CHECKOUT / "sagews").rglob("*.py")
            if "TYPE_CHECKING" in path.read_text(encoding="utf-8")
        ]
        self.assertEqual(names, [])

    def test_a_name_means_one_thing(self) -> None:
        """No two public classes of the daemon have one name, so that a name in a log or a review needs no folder."""
        homes: dict[str, list[str]] = {}
        for path in (CHECKOUT / "sagews").rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes.setdefault(node.name, []).append(module_name(path))
        self.assertEqual({name: modules for name, modules in homes.items() if len(modules) > 1}, {})

    def test_named_files_are_there(self) -> None:
        """What a comment or docstring names as the place of something is a file: they are moved, and readers look."""
        sources = [path for folder in PROGRAMS for path in (CHECKOUT / folder).rglob("*") if path.suffix in SOURCES]
        missing = {
            str(path.relative_to(CHECKOUT)): names
            for path in sources
            if path.suffix != ".css" and (names := missing_files(path.read_text(encoding="utf-8"), path))
        }
        self.assertEqual(missing, {})

    def test_a_missing_file_would_be_seen(self) -> None:
        """The search finds names in comments and docstrings, and takes those beside the source and from above."""
        place = CHECKOUT / "sagews" / "net" / "turns.py"
        text = "'''See amp.py, wire/worker.py and gone.py.'''\nX = 1, 'no.py'  # nor net/lost.py\n"
        self.assertEqual(missing_files(text, place), ["gone.py", "net/lost.py"])
        client = CHECKOUT / "static" / "src" / "common.ts"
        remarked = "/** In away.ts. */ 'x.ts'; // net/away.ts\n"
        self.assertEqual(missing_files(remarked, client), ["away.ts", "net/away.ts"])

    def test_folders_can_be_surveyed(self) -> None:
        """No folder of sources holds more than sixteen files side by side."""
        crowded = {}
        for top in ("sagews", "static/src", "benchmarks"):
            for folder in [CHECKOUT / top, *(path for path in (CHECKOUT / top).rglob("*") if path.is_dir())]:
                files = [p.name for p in folder.glob("*") if p.suffix in SOURCES and p.name != "__init__.py"]
                if len(files) > MOST_FILES:
                    crowded[str(folder.relative_to(CHECKOUT))] = len(files)
        self.assertEqual(crowded, {})
