"""Messages that are longer than their kind may be: refused before they are parsed, since parsing takes time."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import new_id
from sagews.wire.browser.messages import PAGE_MESSAGES, Grammar
from tests.backend.harness import BackendTestCase
from tests.contracts.checks import number


class LengthTests(SynchronousTestCase):
    """The grammar."""

    def setUp(self) -> None:
        """Make a grammar that counts what it parses."""
        self.grammar = Grammar(PAGE_MESSAGES)
        self.parsed = 0
        decode = self.grammar._decode

        def counted(data: bytes) -> Any:
            self.parsed += 1
            return decode(data)

        self.grammar._decode = counted  # type: ignore[method-assign, assignment]

    def refused(self, data: bytes) -> SagewsError:
        """Return the refusal of a message that nothing was parsed of."""
        error: SagewsError = self.assertRaises(SagewsError, self.grammar.parse, data)
        self.assertEqual(self.parsed, 0)
        return error

    def test_many_small_values_are_not_parsed(self) -> None:
        """A megabyte of presence, of runs or of cells to be cleared is refused by its length."""
        for kind, filling in (
            ("presence", {"state": {str(n): n for n in range(60_000)}}),
            ("run", {"cells": [{"cell": "abcd", "run": new_id(), "hash": "0" * 64}] * 5_000}),
            ("clear_outputs", {"cells": ["abcd"] * 100_000}),
        ):
            data = msgspec.json.encode({"type": kind, "document": new_id()} | filling)
            self.assertEqual(self.refused(data).code, "too-large")

    def test_a_long_message_says_first_what_it_is(self) -> None:
        """The type is looked for at the beginning alone: one that stands elsewhere, or twice, changes no bound."""
        state = {str(n): n for n in range(60_000)}
        self.assertEqual(self.refused(msgspec.json.encode({"state": state, "type": "presence"})).code, "bad-message")
        twice = b'{"type":"presence","state":' + msgspec.json.encode(state) + b',"type":"edit"}'
        self.assertEqual(self.refused(twice).code, "too-large")
        self.assertEqual(self.refused(b'{"type":"nonsense","x":"' + b"x" * 5000 + b'"}').code, "too-large")

    def test_values_for_controls_are_counted_before_they_are_parsed(self) -> None:
        """Lists by the hundred thousand would take the reactor for 27 ms; brackets within a text are one value."""
        said = {"document": new_id(), "run": new_id(), "channel": 1}
        for values in ([[]] * 140_000, [10**4000] * 100):
            body = {"values": {"n": values}, "serial": 1}
            written = json.dumps({"type": "channel_message", **said, "body": body}, separators=(",", ":")).encode()
            self.assertEqual(self.refused(written).code, "bad-message")
        text = {"values": {"n": "[," * 100_000}, "serial": 1}
        self.grammar.parse(msgspec.json.encode({"type": "channel_message", **said, "body": text}))

    def test_what_may_be_long_is_parsed(self) -> None:
        """A long edit, a long text to be completed and a run of five hundred cells are taken."""
        run = [{"cell": "abcd", "run": new_id(), "hash": "0" * 64}] * 500
        for kind, filling in (
            ("edit", {"edit": 1, "update": b"x" * 700_000}),
            ("complete", {"request": 1, "code": "x" * 400_000, "cursor": 0}),
            ("run", {"cells": run}),
        ):
            self.grammar.parse(msgspec.json.encode({"type": kind, "document": new_id()} | filling))
        self.assertEqual(self.parsed, 3)


class VectorTests(BackendTestCase):
    """What a page says that it has."""

    def test_a_vector_of_pages_that_never_were(self) -> None:
        """A page that opens a document and claims to know thousands of pages is refused before they are read."""
        page = self.page()
        vector = number(50_000) + b"".join(number(10**6 + n) + number(1) for n in range(50_000))
        page.say(type="open", document=self.document, vector=vector)
        self.assertEqual(page.last("error")["code"], "bad-message")
        self.assertIn("too many pages", page.last("error")["message"])
        page.open(self.document, vector=number(3) + b"".join(number(10**6 + n) + number(1) for n in range(3)))
