"""The names that pages know without a session are those that a session has."""

from __future__ import annotations

import json

from .sage_case import NEEDS_SAGE, SageCase
from .support import ROOT, printed

pytestmark = NEEDS_SAGE
NAMES = ROOT / "static/src/views/worksheet/help/names.json"
SOURCE = """
import json as _json
from scripts import environment_names as _made
from sagews.session.evaluation.loaded import loaded as _loaded
_found = _made.told(dict(_loaded("sage").original))
print(_json.dumps([_found["names"], _found["gives"], _found["members"]["graphs"]]))
"""


class EnvironmentNamesTests(SageCase):
    """What scripts/environment_names.py has written."""

    def test_they_are_what_a_session_has(self) -> None:
        """When this fails, python -m scripts.environment_names is due."""
        kept = json.loads(NAMES.read_text(encoding="utf-8"))
        names, gives, graphs = json.loads(printed(self.session.run(SOURCE, "sage")))
        self.assertEqual(kept["names"], names)
        self.assertEqual(kept["gives"], gives)
        self.assertEqual(kept["members"]["graphs"], graphs)
