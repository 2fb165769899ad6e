"""Fifty readers of twenty streaming sessions over real sockets, one of which does not read."""

from __future__ import annotations

import time
from typing import Any

import pytest
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import LoopingCall

from sagews.model.identifiers import DocumentId, new_id
from sagews.model.sessions import PieceKind
from tests.backend.sockets import Browser, SocketTestCase, reactor
from tests.fakes.session_host import WAITS

pytestmark = pytest.mark.slow

SESSIONS = 20
READERS = 49
PIECE = 8_000
SECONDS = 6.0


class StalledReaderTests(SocketTestCase):
    """One who does not read costs nobody else anything."""

    timeout = 60

    async def test_the_others_notice_nothing(self) -> None:
        """Memory for the stalled one is bounded, others get every piece in time, and it catches up when it reads."""
        documents = [await self.streaming_document(number) for number in range(SESSIONS)]
        readers = [await self.reader(documents[number % SESSIONS]) for number in range(READERS)]
        stalled = await self.reader(*documents)
        stalled.transport.pauseProducing()
        worst = await self.stream()
        status = self.backend.status()
        self.assertLess(status["waiting_bytes"], 600 * 1024)
        await self.pause(0.5)
        for reader in readers:
            self.assertEqual(self.sequences(reader), list(range(1, self.ticks + 1)))
        self.assertLess(worst(), 2.0)
        stalled.told.clear()
        stalled.transport.resumeProducing()
        await self.pause(3.0)
        self.assert_caught_up(stalled, documents)

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
        live.put_text(parts.owner.id, f"```sage #abcd\n{WAITS}\n```\n")
        import hashlib

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

    async def stream(self) -> Any:
        """Let every session print for some seconds; returns a function for the longest time under way."""
        self.ticks = 0
        sessions = list(self.parts.host.sessions)
        delays: list[float] = []

        def tick() -> None:
            self.ticks += 1
            for session in sessions:
                text = f"{time.monotonic():.6f} " + "x" * PIECE
                self.parts.host.say(session, PieceKind.STREAM, {"name": "stdout", "text": text})

        watched = self.browsers[1]
        original = watched.onMessage

        def timed(payload: bytes, isBinary: bool) -> None:
            original(payload, isBinary)
            if watched.told and watched.told[-1]["type"] == "output":
                sent = float(watched.told[-1]["piece"]["body"]["text"].split()[0])
                delays.append(time.monotonic() - sent)

        watched.onMessage = timed
        ticker = LoopingCall(tick)
        running = ticker.start(0.1)
        await self.pause(SECONDS)
        ticker.stop()
        await running
        return lambda: max(delays)

    def sequences(self, reader: Browser) -> list[int]:
        """Return the numbers of the pieces that a reader got."""
        return [message["piece"]["sequence"] for message in reader.told if message["type"] == "output"]

    def assert_caught_up(self, stalled: Browser, documents: list[DocumentId]) -> None:
        """Hold that for each document the last thing told is what is so now."""
        for document in documents:
            live = self.backend.workspaces.all[0].find(document)
            told = [
                message
                for message in stalled.told
                if message.get("document") == document and message["type"] in ("opened", "output", "run_state")
            ]
            self.assertEqual(told[-1]["sequence"], live.stream.sequence)
            self.assertIn("opened", {message["type"] for message in told})

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        waited: Deferred[None] = Deferred()
        reactor.callLater(seconds, waited.callback, None)
        await gatherResults([waited])
