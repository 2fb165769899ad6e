"""What each folder of the store declares of its tables, in a module `tables.py` of its own.

A folder belongs to a group. Groups may live in several databases: no statement names tables of two of them, and no
foreign key leads from one to another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sagews.model.database import DatabaseRole

ALL = "select, insert, update, delete"


@dataclass(frozen=True, slots=True)
class TableRight:
    """A privilege list on some tables, of all columns or of those named."""

    privileges: str
    tables: tuple[str, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreTables:
    """The tables of one folder, and what each database role may do with them.

    Attributes:
        group: which tables it may be joined with: those of folders of the same group.
        tables: every one of its tables.
        rights: of the roles; what is not named is refused.
        functions: with their argument types, that a role may call.
    """

    group: str
    tables: tuple[str, ...]
    rights: Mapping[DatabaseRole, Sequence[TableRight]]
    functions: Mapping[DatabaseRole, Sequence[str]] = field(default_factory=dict)
