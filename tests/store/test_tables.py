"""Every folder of the store declares its tables; no statement and no foreign key leads from one group to another."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import psycopg2
import pytest
from twisted.trial.unittest import SynchronousTestCase

import sagews.store
from sagews.model.database import DatabaseRole
from sagews.store.grants import folders, statements
from sagews.store.tables import ALL, StoreTables, TableRight
from tests.postgres import new_database
from tests.scratch import scratch_folder

STORE = Path(sagews.store.__file__).parent
GROUPS = {table: each.group for each in folders() for table in each.tables}
NAMED = re.compile(r"\b(?:from|join|into|update|using|exists \(select from)\s+(\w+)", re.IGNORECASE)


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield every string of a module, those with braces put together."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else " ? " for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def groups_of(source: str) -> list[set[str]]:
    """Return the groups that each statement of a module names tables of."""
    named = [{GROUPS[table] for table in NAMED.findall(text) if table in GROUPS} for text in texts(ast.parse(source))]
    return [groups for groups in named if groups]


class GroupTests(SynchronousTestCase):
    """Accounts, workspaces, logs and the installation may live in several databases."""

    def test_a_join_across_groups_is_seen(self) -> None:
        """The statement that this test is here for would be found."""
        found = groups_of('sql = f"""with spent as (delete from tickets) select {A} from spent s join users u on 1"""')
        self.assertIn({"workspaces", "accounts"}, found)

    def test_no_statement_names_two_groups(self) -> None:
        """Whatever the store sends names tables of one group."""
        seen = 0
        for path in sorted(STORE.rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for groups in groups_of(path.read_text(encoding="utf-8")):
                seen += 1
                self.assertEqual(len(groups), 1, f"{path.relative_to(STORE)} joins {sorted(groups)}")
        self.assertGreater(seen, 50)

    @pytest.mark.slow
    def test_every_table_is_declared(self) -> None:
        """The tables of a migrated database are those that the folders declare, and no foreign key leaves its group."""
        database = new_database()
        self.addCleanup(database.drop)
        connection = psycopg2.connect(database.dsn())
        self.addCleanup(connection.close)
        with connection.cursor() as cursor:
            cursor.execute(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
                " and not relispartition"
            )
            there = {name for (name,) in cursor.fetchall()} - {"alembic_version"}
            self.assertEqual(there, set(GROUPS))
            cursor.execute(
                "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint where contype = 'f'"
            )
            for source, target in cursor.fetchall():
                self.assertEqual(GROUPS[source], GROUPS[target], (source, target))


class ToyStoreTests(SynchronousTestCase):
    """A store that was added as files alone."""

    def package(self, *names: str) -> ModuleType:
        """Return a package whose folders declare a table each."""
        root = scratch_folder(self)
        package = f"toy_stores_{len(names)}_{names[-1]}"
        for name in names:
            folder = root / package / name
            folder.mkdir(parents=True)
            (folder / "__init__.py").touch()
            (folder / "tables.py").write_text(
                "from sagews.store.tables import ALL, TableRight, StoreTables\n"
                "from sagews.model.database import DatabaseRole\n"
                "TABLES = StoreTables('toys', ('toys',), {DatabaseRole.LOG: (TableRight(ALL, ('toys',)),)})\n"
            )
        (root / package / "__init__.py").touch()
        sys.path.insert(0, str(root))
        self.addCleanup(sys.path.remove, str(root))
        return importlib.import_module(package)

    def test_a_folder_brings_its_tables_and_rights(self) -> None:
        """The roles get the rights that it declares, and no other."""
        expected = StoreTables("toys", ("toys",), {DatabaseRole.LOG: (TableRight(ALL, ("toys",)),)})
        found = folders(self.package("toys"))
        self.assertEqual(found, [expected])
        given = statements([DatabaseRole.FRONTEND, DatabaseRole.LOG], found)
        self.assertEqual([line for line in given if "toys" in line], [f"grant {ALL} on toys to sagews_log"])

    def test_a_table_has_one_folder(self) -> None:
        """A table that two folders declare is refused."""
        self.assertRaises(TypeError, folders, self.package("toys", "twins"))
