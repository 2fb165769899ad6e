"""Whatever a session printed can be stored."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.store.arrays import text_array
from sagews.store.values import clean_json, clean_text, dump_json

ANY_TEXT = st.text(st.characters(), max_size=40)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=20,
)


class ValueTests(SynchronousTestCase):
    """Cleaning."""

    @given(ANY_TEXT)
    def test_text_can_be_held(self, text: str) -> None:
        """Clean text is UTF-8 without U+0000, of the same length, and clean text stays as it is."""
        cleaned = clean_text(text)
        assert "\x00" not in cleaned and len(cleaned) == len(text)
        cleaned.encode()
        assert clean_text(cleaned) == cleaned
        if "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text):
            assert cleaned == text

    @given(ANY_JSON)
    def test_json_can_be_held(self, value: Any) -> None:
        """Dumped JSON is standard JSON without escapes that jsonb refuses, and says the same where that is possible."""
        text = dump_json(value)
        text.encode()
        assert "\\u0000" not in text.replace("\\\\", "")

        def refuse(name: str) -> None:
            raise AssertionError(name)

        parsed = json.loads(text, parse_constant=refuse)
        assert parsed == json.loads(dump_json(clean_json(value)))

    def test_a_backslash_before_u0000_stays(self) -> None:
        """Text that shows an escape is not one."""
        assert json.loads(dump_json({"a": "\\u0000"})) == {"a": "\\u0000"}

    def test_what_is_no_json(self) -> None:
        """NaN, endless integers, bytes and strange keys become text instead of a failure."""
        value = json.loads(dump_json({1: [math.nan, math.inf, 10**5000, b"x", {2}], "ok": -1.5}))
        assert value["1"][:2] == ["nan", "inf"]
        assert value["1"][2] == "integer of 16610 bits"
        assert value["ok"] == -1.5

    def test_deep_nesting_is_refused(self) -> None:
        """Nesting beyond what can be walked is a refusal, not a crash."""
        value: Any = []
        for _ in range(100_000):
            value = [value]
        error = self.assertRaises(SagewsError, dump_json, value)
        assert error.code == "bad-value"


class ArrayTests(SynchronousTestCase):
    """Columns as literals."""

    def test_nothing_ends_an_element(self) -> None:
        """Quotes and backslashes are escaped in every element of a column in which one has some; None is NULL."""
        self.assertEqual(text_array(["a", None, 7]), '{"a",NULL,"7"}')
        self.assertEqual(text_array(['"', "\\", 'a","b', ""]), '{"\\"","\\\\","a\\",\\"b",""}')
        self.assertEqual(text_array([]), "{}")
        self.assertEqual(text_array(['"', None]), '{"\\"",NULL}')

    def test_elements_are_what_they_were(self) -> None:
        """Whatever way a column takes, PostgreSQL reads the same values from it."""
        now = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
        columns: list[list[Any]] = [[now], [now, None], [1, 2**80, -3], [0.1, None, math.inf, math.nan]]
        for column in (*columns, [0.25, math.inf], ["null"], ["null", None], ["é", "\n", "\t\\"], ["\ud800"]):
            array = text_array(column)
            self.assertEqual([array[0], array[-1]], ["{", "}"])
            for value, element in zip(column, array[1:-1].split(","), strict=True):
                text = element.removeprefix('"').removesuffix('"').replace("\\\\", "\\")
                if value is None:
                    self.assertEqual(element.upper(), "NULL")
                elif isinstance(value, datetime):
                    self.assertEqual(datetime.fromisoformat(text), value)
                else:
                    self.assertEqual(text, str(value))
