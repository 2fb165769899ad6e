"""The handshake, and what may be said before, instead of and after it."""

from __future__ import annotations

import msgspec

from sagews.model.accounts import Role
from sagews.wire.browser.base import MAX_MESSAGE, PROTOCOL
from tests.backend.harness import BackendTestCase, Page


class HandshakeTests(BackendTestCase):
    """What opens a connection, and what does not."""

    def fresh(self) -> Page:
        """Return a page that has said nothing yet."""
        return Page(self.backend)

    def test_silence_closes(self) -> None:
        """Who says nothing for five seconds reads why and is closed with 4408."""
        page = self.fresh()
        self.later(5.1)
        self.assertEqual((page.last("error")["code"], page.closed), ("handshake-expected", 4408))

    def test_anything_else_first_closes(self) -> None:
        """A message before the handshake is refused, whatever it is, and the connection closed."""
        for message in ({"type": "ping", "sent": 1.0}, {"type": "documents", "request": 1}):
            page = self.fresh()
            page.say(**message)
            self.assertEqual((page.last("error")["code"], page.closed), ("handshake-expected", 4400))

    def test_what_is_no_message_closes(self) -> None:
        """Bytes that are no message, before the handshake, are refused and the connection closed."""
        for data in (b"", b"\xff\xfe", b"[]", b"{}", b'{"type":"nonsense"}', b'{"type":"hello","protocol":"x"}'):
            page = self.fresh()
            page.connection.received(data)
            self.assertEqual((page.last("error")["code"], page.closed), ("bad-message", 4400))

    def test_a_large_handshake_is_not_read(self) -> None:
        """Before the handshake not more than 4 KiB are looked at."""
        page = self.fresh()
        page.connection.received(b" " * 5000)
        self.assertEqual((page.last("error")["code"], page.closed), ("too-large", 4400))

    def test_a_ticket_is_good_once(self) -> None:
        """A ticket that was spent is refused, and so is one that was never given or has another form."""
        ticket = self.ticket()
        for secret, good in ((ticket, True), (ticket, False), ("x" * 43, False), ("x" * 30, False)):
            page = self.fresh()
            page.say(type="hello", protocol=PROTOCOL, client="test", ticket=secret)
            self.assertEqual(page.closed, None if good else 4400)

    def test_neither_or_both_secrets_are_refused(self) -> None:
        """Exactly one of ticket and resume opens a connection."""
        for secrets in ({}, {"ticket": self.ticket(), "resume": "r" * 43}):
            page = self.fresh()
            page.say(type="hello", protocol=PROTOCOL, client="test", **secrets)
            self.assertEqual(page.last("error")["code"], "bad-ticket")

    def test_another_version_is_told_to_reload(self) -> None:
        """A page of another protocol reads that it should reload; its ticket is not spent by that."""
        ticket = self.ticket()
        page = self.fresh()
        page.say(type="hello", protocol=99, client="test", ticket=ticket)
        self.assertEqual((page.last("error")["code"], page.closed), ("version-mismatch", 4426))
        self.assertEqual(len(self.workspaces.tickets), 1)

    def test_a_person_without_a_grant_is_refused(self) -> None:
        """A ticket whose person lost the grant meanwhile opens nothing."""
        stranger = self.colleague(Role.VIEWER)
        ticket = self.ticket(stranger)
        self.done(self.workspaces.remove_grant(self.workspace, stranger.id))
        page = self.fresh()
        page.say(type="hello", protocol=PROTOCOL, client="test", ticket=ticket)
        self.assertEqual(page.last("error")["code"], "forbidden")

    def test_a_second_handshake_is_refused(self) -> None:
        """Once welcomed, a handshake is an error that changes nothing."""
        page = self.page()
        [error] = page.say(type="hello", protocol=PROTOCOL, client="test", ticket=self.ticket())
        self.assertEqual(error["code"], "already-connected")
        self.assertIsNone(page.closed)

    def test_of_too_many_who_wait_the_oldest_go(self) -> None:
        """Only so many connections may be without a handshake at a time; who has had one stays, whoever comes."""
        backend = self.life(max_waiting=3)
        welcomed = self.page(backend=backend)
        pages = [Page(backend) for _ in range(5)]
        self.assertEqual([page.closed is not None for page in pages], [True, True, False, False, False])
        self.assertIsNone(welcomed.closed)

    def test_nothing_secret_is_said(self) -> None:
        """No error repeats what it refuses."""
        page = self.fresh()
        page.say(type="hello", protocol=PROTOCOL, client="test", ticket="Z" * 43)
        self.assertNotIn("ZZZZ", str(page.told))


class BadMessageTests(BackendTestCase):
    """Messages out of form on a good connection are refused one by one."""

    def test_each_is_refused_and_the_connection_lives(self) -> None:
        """Wrong types, unknown fields, bad base64, deep nesting: an error each, and a ping works after."""
        page = self.opened()
        document = self.document
        for message in (
            b'{"type":"ping"}',
            b'{"type":"ping","sent":"now"}',
            b'{"type":"ping","sent":1,"extra":1}',
            b'{"type":"nonsense"}',
            b'{"sent":1}',
            b"null",
            b'{"type":"open","document":"../../etc/passwd"}',
            b'{"type":"edit","document":"%s","edit":1,"update":"***"}' % document.encode(),
            b'{"type":"edit","document":"%s","edit":-1,"update":""}' % document.encode(),
            b'{"type":"presence","document":"%s","state":' % document.encode() + b"[" * 3_000,
            b'{"type":"run","document":"%s","cells":[]}' % document.encode(),
        ):
            page.told.clear()
            page.connection.received(message)
            self.assertEqual([told["code"] for told in page.told], ["bad-message"], message[:60])
        self.assertEqual(page.say(type="ping", sent=1.5), [{"type": "pong", "sent": 1.5}])

    def test_a_message_beyond_the_limit_is_refused(self) -> None:
        """More than 1 MiB is not parsed (the websocket closes earlier)."""
        page = self.page()
        page.connection.received(b" " * (MAX_MESSAGE + 1))
        self.assertEqual(page.last("error")["code"], "too-large")

    def test_an_update_that_does_not_fit_is_refused(self) -> None:
        """What is no edit of a worksheet is refused, applied nowhere, sent to nobody; the error names the edit."""
        page, other = self.opened(), self.opened()
        for update in (b"", b"\x00" * 20, b"\xff" * 40, b"nonsense"):
            page.say(type="edit", document=self.document, edit=4, update=update)
            error = page.last("error")
            self.assertEqual((error["code"], error["edit"]), ("bad-update", 4))
        self.assertEqual(other.take("edit"), [])

    def test_a_vector_that_can_not_be_read_is_refused(self) -> None:
        """A state vector of garbage is an error, not a crash."""
        page = self.page()
        page.say(type="open", document=self.document, vector=b"\xff" * 30)
        self.assertEqual(page.last("error")["code"], "bad-message")

    def test_too_many_messages_are_refused_then_closed(self) -> None:
        """A flood is answered with `too-often` and the seconds to wait, and closed if it goes on."""
        page = self.page(backend=self.life(messages_per_second=10, messages_at_once=20))
        for _ in range(15):
            page.say(type="ping", sent=1)
        self.assertEqual(page.take("error"), [])
        for _ in range(10):
            page.say(type="ping", sent=1)
        self.assertEqual(page.last("error")["code"], "too-often")
        self.later(2)
        self.assertEqual(page.say(type="ping", sent=1)[0]["type"], "pong")
        for _ in range(300):
            page.say(type="ping", sent=1)
        self.assertEqual(page.closed, 4429)

    def test_unopened_documents_are_refused(self) -> None:
        """Whatever is said about a document that this connection has not opened is refused, also if another has."""
        self.opened()
        page = self.page()
        for kind in ("close", "interrupt", "stop", "restart"):
            self.assertEqual(page.say(type=kind, document=self.document)[0]["code"], "document-not-open")

    def test_another_workspaces_document_is_not_found(self) -> None:
        """A document of another workspace can't be opened, even by its owner over this connection."""
        from sagews.model.identifiers import DocumentId, WorkspaceId, new_id

        other, document = WorkspaceId(new_id()), DocumentId(new_id())
        self.done(self.workspaces.create_workspace(other, "Other", self.owner.id, document, "other.sage.md"))
        page = self.page()
        for wanted in (document, new_id()):
            page.say(type="open", document=wanted)
            self.assertEqual(page.last("error")["code"], "not-found")

    def test_requests_are_answered_by_number(self) -> None:
        """An error to a request carries its number and the type of what was refused."""
        page = self.page()
        [error] = page.say(type="create", request=42, path="../x.sage.md")
        self.assertEqual((error["request"], error["about"], error["code"]), (42, "create", "bad-name"))
        self.assertTrue(msgspec.json.encode(error))
