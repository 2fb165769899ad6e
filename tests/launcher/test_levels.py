"""Which level a machine reaches, that a level is a file, and what is said where the jail can't be built."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

from twisted.trial import unittest

from sagews.launcher.isolation import advice, levels, table
from sagews.launcher.isolation.level import Level, Machine
from sagews.launcher.isolation.table import LEVELS, Table
from sagews.model.sessions import Isolation

TOY = """
from sagews.launcher.isolation.level import Level
from sagews.model.sessions import Isolation

entered = []
LEVEL = Level(Isolation.SETUID, is_possible=lambda machine: machine.landlock > 6, enter=lambda: entered.append(True))
"""
MACHINES = [Machine(*values) for values in product((True, False), (True, False), (0, 7))]


class LevelTests(unittest.SynchronousTestCase):
    """The table of levels."""

    def test_a_level_for_each_name(self) -> None:
        """Every name that settings and permits may give has its module."""
        self.assertEqual({level.name for level in table.load()}, set(Isolation))

    def test_the_best_level(self) -> None:
        """With root it depends on cgroups, without root it is a user namespace."""
        best = [LEVELS.best(Machine(*values))[0].name for values in ((True, True, 7), (True, False, 7))]
        self.assertEqual(best, [Isolation.FULL, Isolation.NAMESPACES])
        self.assertEqual(LEVELS.best(Machine(False, False, 7))[0].name, Isolation.USERNS)

    def test_what_is_left(self) -> None:
        """Without namespaces it depends on root and landlock, and is weaker than anything that is offered."""
        left = [LEVELS.left(Machine(root, False, landlock)).name for root in (True, False) for landlock in (7, 0)]
        weak = [Isolation.SETUID_LANDLOCK, Isolation.SETUID, Isolation.LANDLOCK, Isolation.NONE]
        self.assertEqual(left, weak)
        for machine in MACHINES:
            offered, _ = LEVELS.best(machine)
            self.assertFalse(LEVELS.left(machine).name.suffices(offered.name))

    def test_a_toy_level(self) -> None:
        """A file in the folder is a level: it is found where it is possible, at its rank, and entered as it says."""
        folder = Path(self.mktemp())
        folder.mkdir()
        (folder / "toy_level.py").write_text(TOY)
        self.patch(levels, "__path__", [str(folder.absolute())])
        self.addCleanup(sys.modules.pop, f"{levels.__name__}.toy_level", None)
        [toy] = table.load()
        small = Table([toy, LEVELS.named("landlock"), LEVELS.named("none")])
        level, enter = small.best(Machine(False, False, 7))
        enter()
        self.assertIs(level, toy)
        self.assertEqual(sys.modules[f"{levels.__name__}.toy_level"].entered, [True])
        self.assertRaises(LookupError, small.best, Machine(False, False, 1))

    def test_no_name_is_taken_twice(self) -> None:
        """Two modules can't give one level."""
        again = Level(Isolation.FULL, lambda machine: True)
        self.assertRaises(ValueError, Table, [again, *table.load()])


class Advice(unittest.SynchronousTestCase):
    def test_settings(self) -> None:
        """The setting that forbids user namespaces is named with its remedy."""
        folder = Path(self.mktemp())
        (folder / "kernel").mkdir(parents=True)
        (folder / "kernel" / "apparmor_restrict_unprivileged_userns").write_text("1\n")
        self.assertIn("sysctl kernel.apparmor_restrict_unprivileged_userns=0", advice.advice(folder))

    def test_otherwise(self) -> None:
        """Without such a setting a container is the likely reason."""
        self.assertIn("container", advice.advice(Path(self.mktemp())))
