"""The house: no import circle, not even one inside of functions, and no folder that nobody can survey."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

CHECKOUT = Path(__file__).resolve().parent.parent
MOST_FILES = 16
SOURCES = {".py", ".ts", ".tsx", ".css"}


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

    def test_folders_can_be_surveyed(self) -> None:
        """No folder of sources holds more than sixteen files side by side."""
        crowded = {}
        for top in ("sagews", "static/src", "benchmarks"):
            for folder in [CHECKOUT / top, *(path for path in (CHECKOUT / top).rglob("*") if path.is_dir())]:
                files = [p.name for p in folder.glob("*") if p.suffix in SOURCES and p.name != "__init__.py"]
                if len(files) > MOST_FILES:
                    crowded[str(folder.relative_to(CHECKOUT))] = len(files)
        self.assertEqual(crowded, {})
