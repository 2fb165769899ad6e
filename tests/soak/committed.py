"""What is committed in PostgreSQL before a kill, to be looked for after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg2

RECENT = 50
FINAL = frozenset({"done", "error", "interrupted", "cancelled"})

RUNS = """select id::text, document::text, cell, state, position from (
        select *, row_number() over (partition by document order by position desc) as place from runs
        where document = any(%s::uuid[])
    ) r where place <= %s"""
KNOWN = "select id::text, document::text, cell, state, position from runs where id = any(%s::uuid[])"
OUTPUTS = "select run::text, sequence, kind, body::text from outputs where run = any(%s::uuid[]) order by run, sequence"
LAST = "select document::text, cell, max(position) from runs where document = any(%s::uuid[]) group by 1, 2"


class Committed:
    """Recent runs of some documents with their output.

    Args:
        data: the data folder, whose PostgreSQL is asked.
        documents: their ids.
    """

    def __init__(self, data: Path, documents: Sequence[str]) -> None:
        self._data = data
        self._documents = list(documents)
        with _Database(data) as ask:
            self.runs = {row[0]: row[1:] for row in ask(RUNS, (self._documents, RECENT))}
            self.outputs = {tuple(row[:2]): tuple(row[2:]) for row in ask(OUTPUTS, (list(self.runs),))}

    def check(self, problem: Callable[[str], None]) -> None:
        """Look for all of it; output of a run may be gone when its cell was run again since."""
        with _Database(self._data) as ask:
            runs = {row[0]: row[1:] for row in ask(KNOWN, (list(self.runs),))}
            outputs = {tuple(row[:2]): tuple(row[2:]) for row in ask(OUTPUTS, (list(self.runs),))}
            last = {tuple(row[:2]): row[2] for row in ask(LAST, (self._documents,))}
        for run, (document, cell, state, position) in self.runs.items():
            if run not in runs:
                problem(f"the run {run} of {document} was committed and is gone")
            elif state in FINAL and runs[run][2] != state:
                problem(f"the run {run} of {document} had ended as {state} and is now {runs[run][2]}")
            if last.get((document, cell), -1) > position:
                continue
            for key, value in self.outputs.items():
                if key[0] == run and outputs.get(key) != value:
                    problem(f"the output {key} of {document} was {value} and is now {outputs.get(key)}")


class _Database:
    """A connection as the superuser, for as long as the `with` lasts."""

    def __init__(self, data: Path) -> None:
        folder = data / "postgres"
        password = (folder / "passwords" / "postgres").read_text("ascii").strip()
        self._connection = psycopg2.connect(
            host=str(folder / "run"), user="postgres", password=password, dbname="sagews", connect_timeout=10
        )

    def __enter__(self) -> Callable[[str, tuple[Any, ...]], list[Any]]:
        return self._ask

    def _ask(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def __exit__(self, *_details: object) -> None:
        self._connection.close()
