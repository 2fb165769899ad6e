"""No secret reaches a log, wherever in an event it stands."""

from __future__ import annotations

import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import LogLevel
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from sagews.logs import redaction
from sagews.logs.records import record_from
from sagews.logs.redaction import hide_in_text, is_secret_name
from sagews.wire.logs import encode_record

SECRET = "s3cr3t-v4lue"


def written(**event: object) -> str:
    """Return what of an event is written."""
    event = {"log_level": LogLevel.info, "log_namespace": "n", "log_time": 1.0, "log_format": "", **event}
    return encode_record(record_from(event, "m", "c")).decode()


def repetitions(pattern: Any, *, last: bool = True) -> Iterator[tuple[Any, bool, bool]]:
    """Yield of each repetition how often at most, whether nothing comes behind it, and whether one stands inside."""
    for number, (operation, argument) in enumerate(pattern):
        final = last and number == len(pattern) - 1
        if operation in (parser.MAX_REPEAT, parser.MIN_REPEAT):
            inner = list(repetitions(argument[2], last=False))
            yield argument[1], final, bool(inner)
            yield from inner
        elif operation is parser.SUBPATTERN:
            yield from repetitions(argument[3], last=final)
        elif operation is parser.BRANCH:
            for branch in argument[1]:
                yield from repetitions(branch, last=final)


class RedactionTests(SynchronousTestCase):
    """Secrets."""

    @given(
        st.sampled_from(["password", "Password", "new_password", "secret", "token", "accessToken", "cookie"])
        | st.sampled_from(["ticket", "ticket_hash", "authorization", "Set-Cookie", "credentials", "private_key", "dsn"])
    )
    def test_named_values(self, name: str) -> None:
        """A value under a telling name is hidden as a field, in the text, and inside of other values."""
        assert is_secret_name(name)
        self.assertNotIn(SECRET, written(**{name: SECRET}))
        self.assertNotIn(SECRET, written(log_format="sent {" + name + "} off", **{name: SECRET}))
        self.assertNotIn(SECRET, written(headers={"a": [{name: SECRET}]}))
        self.assertNotIn(SECRET, written(log_format="{headers}", headers={"a": ({name: SECRET},)}))

    def test_text(self) -> None:
        """Assignments to telling names and passwords in URLs are cut out of text."""
        for text in (
            f"connect with password={SECRET} failed",
            f"Cookie: sagews={SECRET}",
            f'{{"token": "{SECRET}"}}',
            f"authorization: Bearer {SECRET}",
            f"postgresql://user:{SECRET}@host/db",
            f"ticket='{SECRET}'",
        ):
            self.assertNotIn(SECRET, hide_in_text(text), text)
        self.assertEqual(hide_in_text("a plain sentence = fine"), "a plain sentence = fine")

    def test_text_is_searched_in_linear_time(self) -> None:
        """Only the last repetition is without end, and none repeats another: no text makes the search try again."""
        for pattern in (redaction._NAME, redaction._ASSIGNMENT, redaction._URL_PASSWORD):
            repeats = list(repetitions(parser.parse(pattern.pattern)))
            endless = [last for most, last, _ in repeats if most is parser.MAXREPEAT]
            self.assertIn(endless, ([], [True]), pattern.pattern)
            self.assertEqual([inner for most, _, inner in repeats if inner and most != 1], [], pattern.pattern)

    def test_long_text_is_searched(self) -> None:
        """Whatever it is made of, and what is cut out of it stays within its bounds."""
        for piece in ("x", "token", "token=", "://", "://a:", 'token="', "secret: ", " ", "=", "a.", "Bearer "):
            text = piece * (10_000 // len(piece))
            self.assertLessEqual(len(hide_in_text(text)), 2 * len(text))

    def test_failures(self) -> None:
        """The text of an exception and its traceback are cleaned as well."""
        try:
            raise ValueError(f"bad dsn host=x password={SECRET}")
        except ValueError:
            text = written(log_failure=Failure(), log_format="failed: {log_failure.value}")
        self.assertNotIn(SECRET, text)
        self.assertIn("ValueError", text)
        self.assertIn("Traceback", text)

    def test_other_fields_stay(self) -> None:
        """What is no secret is written."""
        text = written(log_format="{user} did {what}", user="ada", what="it", count=3)
        self.assertIn("ada did it", text)
        self.assertIn('"count":3', text)
