"""The forms of what people type."""

from __future__ import annotations

import sys
import unicodedata

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.policy import names
from tests.counting import calls


class SettingsTests(SynchronousTestCase):
    def test_control_characters_and_halves_of_pairs_are_refused(self) -> None:
        """A value of a setting holds every character but those of the categories Cc and Cs."""
        kinds: dict[bool, list[str]] = {True: [], False: []}
        for code in range(sys.maxunicode + 1):
            kinds[unicodedata.category(chr(code)) in ("Cc", "Cs")].append(chr(code))
        for each in kinds[True]:
            self.assertRaises(SagewsError, names.settings, {"editor.font": f"a{each}b"})
        fit = "".join(kinds[False])
        for at in range(0, len(fit), names.MAX_SETTING):
            names.settings({"editor.font": fit[at : at + names.MAX_SETTING]})

    def test_no_character_is_looked_at_by_itself(self) -> None:
        """The largest settings are looked at value by value: their characters took 19 ms of everybody's time."""
        largest = {f"a.b{n}": "x" * names.MAX_SETTING for n in range(names.MAX_SETTINGS)}
        self.assertLess(calls(lambda: names.settings(largest)), 10 * names.MAX_SETTINGS)
