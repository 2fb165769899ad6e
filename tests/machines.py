"""Draws the life of everything that has one: `python -m tests.machines > docs/machines.md`.

The page is generated from the typed machines themselves; tests/test_machines.py holds it to them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from sagews.net.dialler import DialMachine
from sagews.policy.browser.connection import connection_machine
from sagews.policy.sessions.machine import session_machine
from sagews.worker.sessions.machine import ProcessLife

PAGE = """# Lives

Generated from the machines by `python -m tests.machines > docs/machines.md`. Inputs that change no state are left out.
"""
MACHINES: tuple[tuple[str, str, Any], ...] = (
    ("A browser's connection", "sagews/policy/browser/connection.py", connection_machine),
    ("A session, as people see it", "sagews/policy/sessions/machine.py", session_machine),
    ("A session, as its worker holds it", "sagews/worker/sessions/machine.py", ProcessLife),
    ("A worker's link to a backend", "sagews/net/dialler.py", DialMachine),
)


def page() -> str:
    """Return the page."""
    return "\n".join([PAGE, *(part for machine in MACHINES for part in _section(*machine))])


def _section(title: str, path: str, machine: Any) -> Iterator[str]:
    automaton = machine.__automat_automaton__
    arrows = {(old.name, new.name, name) for old, name, new, _ in automaton.allTransitions() if old != new}
    yield f"## {title}\n\n`{path}`\n\n```mermaid\nstateDiagram-v2\n    [*] --> {_name(automaton.initialState.name)}"
    joined: dict[tuple[str, str], list[str]] = {}
    for old, new, name in sorted(arrows):
        joined.setdefault((old, new), []).append(name)
    for (old, new), names in joined.items():
        yield f"    {_name(old)} --> {_name(new)}: {', '.join(names)}"
    yield "```\n"


def _name(state: str) -> str:
    return state.replace(" ", "_").replace("-", "_")


if __name__ == "__main__":
    sys.stdout.write(page())
