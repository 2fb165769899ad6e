"""What each database role may do: every folder of the store says it of its own tables, and all of it is gathered here.

Applied after every migration. Roles that are not there (an operator's own database with one login) are left out.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from types import ModuleType

import sagews.store
from sagews.discovery import modules
from sagews.model.database import DatabaseRole
from sagews.store.tables import StoreTables, TableRight

ROLES = (DatabaseRole.FRONTEND, DatabaseRole.BACKEND, DatabaseRole.LOG)


def folders(package: ModuleType = sagews.store) -> list[StoreTables]:
    """Return what every folder of the store declares, by the folders' names.

    Args:
        package: where the folders are.

    Raises:
        TypeError: when a table is declared by two of them.
    """
    found: list[StoreTables] = []
    for module in modules(package):
        tables = f"{module.__name__}.tables"
        if hasattr(module, "__path__") and importlib.util.find_spec(tables) is not None:
            found.append(importlib.import_module(tables).TABLES)
    names = [table for each in found for table in each.tables]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TypeError(f"tables that two folders of the store declare: {', '.join(twice)}")
    return found


def statements(roles: Sequence[DatabaseRole], declared: Sequence[StoreTables] | None = None) -> list[str]:
    """Return the statements that give these roles exactly their rights, and everybody else none.

    Args:
        roles: those that are there.
        declared: of all folders; by default those of this package.
    """
    declared = folders() if declared is None else declared
    # First everything is taken, then what is declared is given: what an older daemon granted too much does not stay.
    found = ["revoke all on schema public from public"]
    for role in roles:
        found.append(f"revoke all on all tables in schema public from {role}")
        found.append(f"grant usage on schema public to {role}")
        for each in declared:
            found.extend(_grant(right, role) for right in each.rights.get(role, ()))
            functions = ", ".join(each.functions.get(role, ()))
            if functions:
                found.append(f"grant execute on function {functions} to {role}")
    return found


def _grant(right: TableRight, role: DatabaseRole) -> str:
    columns = f" ({', '.join(right.columns)})" if right.columns else ""
    privileges = ", ".join(privilege + columns for privilege in right.privileges.split(", "))
    return f"grant {privileges} on {', '.join(right.tables)} to {role}"
