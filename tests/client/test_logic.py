"""The client's pure parts, tested under node: each test in logic/ is a test here, with its sentence as docstring.

The tests are compiled together, once; each file then runs in a process of its own, when the first of its tests is due.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from tests.client.building import compiled, node

LOGIC = Path(__file__).parent / "logic"
REPORTER = Path(__file__).parent / "reporter.mjs"
_TEST = re.compile(r'^test\("((?:[^"\\]|\\.)*)"', re.MULTILINE)


@cache
def _compiled() -> Path:
    return compiled(LOGIC, "*.test.ts*")


class LogicTestCase(SynchronousTestCase):
    """One file of tests; its methods are made from the file."""

    source: ClassVar[Path]
    results: ClassVar[dict[str, str | None]]

    @classmethod
    def setUpClass(cls) -> None:
        """Run the file."""
        program = (_compiled() / cls.source.relative_to(LOGIC)).with_suffix(".mjs")
        done = node("--test", f"--test-reporter={REPORTER}", "--test-reporter-destination=stdout", str(program))
        reported = [json.loads(line) for line in done.stdout.splitlines()]
        cls.results = {each["name"]: "it was skipped" if each["skipped"] else each["problem"] for each in reported}
        # A file that fails before its tests, and a test that is made in a loop, would otherwise pass unseen.
        unknown = sorted(set(cls.results) ^ set(_names(cls.source)))
        if unknown:
            raise RuntimeError(f"{cls.source.name}: not one test each: {unknown}\n{done.stdout}{done.stderr}")

    def check(self, name: str) -> None:
        """Fail if that test did."""
        problem = self.results[name]
        if problem is not None:
            self.fail(problem)


class FilesTests(SynchronousTestCase):
    """What holds of all files."""

    def test_every_file(self) -> None:
        """Every file of tests has tests, and no two tests of a file have one name."""
        for path in sorted(LOGIC.rglob("*.test.ts*")):
            names = _names(path)
            self.assertTrue(names, path)
            self.assertEqual(len(names), len(set(names)), path)


def _names(path: Path) -> list[str]:
    return [json.loads(f'"{found}"') for found in _TEST.findall(path.read_text(encoding="utf-8"))]


def _method(name: str) -> Callable[[LogicTestCase], None]:
    def test(self: LogicTestCase) -> None:
        self.check(name)

    test.__doc__ = f"{name[0].upper()}{name[1:]}."
    return test


def _case(path: Path) -> type[LogicTestCase]:
    """Make the test case of a file."""
    words = path.relative_to(LOGIC).as_posix().split(".")[0].replace("/", "-").split("-")
    methods = {"test_" + re.sub(r"\W+", "_", name).strip("_").lower(): _method(name) for name in _names(path)}
    body = {"__doc__": f"{path.relative_to(LOGIC)}.", "__module__": __name__, "source": path, **methods}
    return type("".join(word.capitalize() for word in words) + "Tests", (LogicTestCase,), body)


for _path in sorted(LOGIC.rglob("*.test.ts*")):
    _made = _case(_path)
    globals()[_made.__name__] = _made
del _made
