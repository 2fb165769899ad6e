"""The columns of the table of runs, once: their order, their types, and how a Run becomes and comes from a row."""

from __future__ import annotations

import msgspec

from sagews.model.runs import Run
from sagews.model.sessions import RunState
from sagews.store.connection import Row

# Where a column is not called as its field is.
_NAMES = {"user": "author"}
_FIELDS = Run.__struct_fields__
RUN_COLUMNS = tuple(_NAMES.get(field, field) for field in _FIELDS)
# In the order of the fields of Run.
RUN_TYPES = (
    "uuid", "uuid", "text", "text", "uuid", "uuid", "int", "text", "text",
    "timestamptz", "timestamptz", "timestamptz", "float8", "bigint",
)  # fmt: skip

# What has ended has ended; only what was given up as lost may still turn out to have ended otherwise, and a thread or
# task that a cell left may have printed more, or replaced what it had shown.
MAY_CHANGE = (
    "(r.state in ('queued', 'running') or r.state = 'lost' and {new}.state not in ('queued', 'running')"
    " or r.state = {new}.state and r.printed <> {new}.printed)"
)


def run_values(run: Run) -> tuple[object, ...]:
    """Return the values of a run in the order of RUN_COLUMNS."""
    values: tuple[object, ...] = msgspec.structs.astuple(run)
    return values


def run_from(row: Row) -> Run:
    """Return the run of a row that begins with RUN_COLUMNS."""
    values = dict(zip(_FIELDS, row, strict=False))
    return Run(**{**values, "state": RunState(values["state"])})
