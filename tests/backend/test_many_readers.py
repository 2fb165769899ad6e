"""Fifty readers of twenty streaming sessions over real sockets, one of which does not read."""

from __future__ import annotations

import hashlib

import pytest
from twisted.internet.task import deferLater

from sagews.model.identifiers import DocumentId, new_id
from sagews.model.sessions import PieceKind
from tests.backend.sockets import Browser, SocketTestCase, reactor
from tests.fakes.session_host import WAITS
from tests.waiting import until

pytestmark = pytest.mark.slow

SESSIONS = 20
READERS = 49
PIECE = 8_000
PIECES = 60


class StalledReaderTests(SocketTestCase):
    """One who does not read costs nobody else anything."""

    timeout = 60

    async def test_the_others_notice_nothing(self) -> None:
        """Memory for the stalled one is bounded, others get every piece meanwhile, and it catches up when it reads."""
        documents = [await self.streaming_document(number) for number in range(SESSIONS)]
        readers = [await self.reader(documents[number % SESSIONS]) for number in range(READERS)]
        stalled = await self.reader(*documents)
        stalled.transport.pauseProducing()
        await self.stream()
        # Nobody reads for the stalled one until here: that the others have everything shows that none waited for it.
        await until(lambda: all(len(self.sequences(reader)) >= PIECES for reader in readers))
        for reader in readers:
            self.assertEqual(self.sequences(reader), list(range(1, PIECES + 1)))
        self.assertLess(self.backend.status()["waiting_bytes"], 600 * 1024)
        stalled.told.clear()
        stalled.transport.resumeProducing()
        await until(lambda: all(self.has_caught_up(stalled, document) for document in documents))

    async def streaming_document(self, number: int) -> DocumentId:
        """Return a document whose session is running."""
        parts = self.parts
        document = DocumentId(new_id())
        await parts.workspaces.create_document(parts.workspace, document, f"d{number}.sage.md", "")
        browser = await self.welcomed() if not self.browsers else self.browsers[0]
        opened = browser.until("opened", document=document)
        browser.say(type="open", document=document)
        await opened
        live = self.backend.workspaces.all[0].find(document)
        await live.put_text(parts.owner.id, f"```sage #abcd\n{WAITS}\n```\n")
        cell = {"cell": "abcd", "run": new_id(), "hash": hashlib.sha256(WAITS.encode()).hexdigest()}
        browser.say(type="run", document=document, cells=[cell])
        await browser.until("run_state", document=document, state="running")
        browser.say(type="close", document=document)
        return document

    async def reader(self, *documents: DocumentId) -> Browser:
        """Return a connection that has documents open."""
        browser = await self.welcomed()
        for document in documents:
            opened = browser.until("opened", document=document)
            browser.say(type="open", document=document)
            await opened
        browser.told.clear()
        return browser

    async def stream(self) -> None:
        """Let every session print its pieces, one in each round, as many programs do that go on together."""
        for _ in range(PIECES):
            for session in list(self.parts.host.sessions):
                self.parts.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": "x" * PIECE})
            # A turn in which the websockets are written and read.
            await deferLater(reactor, 0)

    def sequences(self, reader: Browser) -> list[int]:
        """Return the numbers of the pieces that a reader got."""
        return [message["piece"]["sequence"] for message in reader.told if message["type"] == "output"]

    def has_caught_up(self, stalled: Browser, document: DocumentId) -> bool:
        """Whether a document was opened anew and the last thing told of it is what is so now."""
        told = [
            message
            for message in stalled.told
            if message.get("document") == document and message["type"] in ("opened", "output", "run_state")
        ]
        live = self.backend.workspaces.all[0].find(document)
        return any(message["type"] == "opened" for message in told) and told[-1]["sequence"] == live.stream.sequence
