"""No secret reaches a log, wherever in an event it stands."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import LogLevel
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from sagews.logs.records import record_from
from sagews.logs.redaction import hide_in_text, is_secret_name
from sagews.wire.logs import encode_record

SECRET = "s3cr3t-v4lue"


def written(**event: object) -> str:
    """Return what of an event is written."""
    event = {"log_level": LogLevel.info, "log_namespace": "n", "log_time": 1.0, "log_format": "", **event}
    return encode_record(record_from(event, "m", "c")).decode()


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

    def test_long_text_is_searched_quickly(self) -> None:
        """Text that was made to be slow to search is not."""
        started = time.process_time()
        for piece in ("x", "token", "token=", "://", "://a:", 'token="', "secret: ", " ", "=", "a.", "Bearer "):
            hide_in_text(piece * (100_000 // len(piece)))
        self.assertLess(time.process_time() - started, 20)

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
