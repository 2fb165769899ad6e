"""The question which variables a session has, and its answer.

Apart from the grammar, which has both in its tables. Standard library only.

  variables   request: int                                                              worker → session
  listing     request: int, variables: [{name, kind, extent, value}], more: int         session → worker
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sagews.wire.fields import Fields
from sagews.wire.session import checks as check
from sagews.wire.session.framing import ProtocolError

MAX_VARIABLES = 300
# Characters of a name, a type or an extent, and of a value as it is shown in one line.
MAX_TYPE = 100
MAX_VALUE = 200
_PARTS = {"name": MAX_TYPE, "kind": MAX_TYPE, "extent": MAX_TYPE, "value": MAX_VALUE}

Variable = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VariablesFrame:
    """Say which variables the cells have made."""

    request: int


@dataclass(frozen=True, slots=True)
class ListingFrame:
    """The variables, each a `name`, the `kind` (type) of its value, its `extent`, its `value`; `more` are left out."""

    request: int
    variables: tuple[Variable, ...]
    more: int = 0


def read_variables(form: Fields) -> VariablesFrame:
    """Take the fields of the question; raises SagewsError for what does not fit."""
    return VariablesFrame(check.request(form))


def read_listing(form: Fields) -> ListingFrame:
    """Take the fields of the answer; raises SagewsError or ProtocolError for what does not fit."""
    found = tuple(_variable(each) for each in form.sequence("variables", MAX_VARIABLES))
    return ListingFrame(check.request(form), found, form.integer("more", 0, 2**31))


def _variable(value: object) -> Variable:
    if not isinstance(value, dict):
        raise ProtocolError("a variable that is no object")
    form = Fields(value)
    taken = {name: check.text(form, name, 4 * most) for name, most in _PARTS.items()}
    form.finish()
    return taken
