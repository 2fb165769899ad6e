"""What holds for the forms of all controls, whoever has the table of their kinds."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.wire.session.interact_values import checked

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
Kinds = dict[str, tuple[dict[str, Any], list[Any], list[Any]]]
"""Of each kind a control without its name and label, values that it takes, and some that it does not."""


def control_of(kinds: Kinds, kind: str) -> dict[str, Any]:
    """Return a control of a kind."""
    return {"name": kind, "kind": kind, "label": "", **kinds[kind][0]}


class FormCase(SynchronousTestCase):
    """The values of each kind."""

    kinds: ClassVar[Kinds]

    def takes_its_values_and_no_others(self) -> None:
        """Check each value of the table."""
        for kind, (_, good, bad) in self.kinds.items():
            for value in good:
                self.assertEqual(checked(control_of(self.kinds, kind), value), value)
            for value in bad:
                error = self.assertRaises(SagewsError, checked, control_of(self.kinds, kind), value)
                self.assertEqual((error.code, error.parameters["field"]), ("bad-value", kind), value)

    def takes_or_refuses(self, kind: str, value: Any) -> None:
        """Check that something is a value of a control, fit for JSON, or refused."""
        try:
            taken = checked(control_of(self.kinds, kind), value)
        except SagewsError as error:
            self.assertEqual(error.code, "bad-value")
        else:
            self.assertEqual(json.loads(json.dumps(taken, allow_nan=False)), value)
