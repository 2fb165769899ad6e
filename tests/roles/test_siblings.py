"""Daemons of one data folder that know of each other."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import maybeDeferred
from twisted.trial.unittest import TestCase

from sagews.model.identifiers import SessionId, UserId, new_id
from sagews.ops.control import listen, socket_path
from sagews.ops.folders import Layout
from sagews.roles.running.siblings import Siblings
from sagews.wire.control import AskEndSession, AskSessions, AskStatus, AskUsed, ControlQuestion
from tests.scratch import scratch_folder


class Told:
    """What a daemon with some sessions answers."""

    def __init__(self, *sessions: str, **shown: Any) -> None:
        self.sessions = list(sessions)
        self.shown = shown

    async def answer(self, question: ControlQuestion) -> dict[str, Any]:
        """Answer as a daemon does; one without a backend knows of no use."""
        match question:
            case AskStatus():
                return dict(self.shown)
            case AskSessions():
                return {"sessions": [{"id": each} for each in self.sessions]}
            case AskEndSession(session=session) if session in self.sessions:
                self.sessions.remove(session)
                return {"ended": True}
            case AskUsed():
                return {"used": {"sessions": len(self.sessions)} if self.shown.get("backend") else None}
        return {"ended": False}


class SiblingsTests(TestCase):
    """A frontend, and two backends in processes of their own."""

    timeout = 30

    def setUp(self) -> None:
        """Let the backends listen."""
        self.layout = Layout(scratch_folder(self))
        self.layout.run.mkdir(parents=True)
        self.first, self.second, self.third = sorted(new_id() for _ in range(3))
        self.told = {
            "frontend": Told(version="1", backend=None),
            "backend": Told(self.second, version="1", backend={"name": "one"}),
            "other": Told(self.third, self.first, version="2", backend={"name": "two"}),
        }
        for name in ("backend", "other"):
            self.serve(name)
        self.siblings = Siblings(reactor, self.layout, "frontend", self.told["frontend"].answer)

    def serve(self, name: str) -> None:
        """Listen as one of them."""
        port = listen(reactor, socket_path(self.layout, name), self.told[name].answer)
        self.addCleanup(lambda: maybeDeferred(port.stopListening))

    async def test_status(self) -> None:
        """The state holds every process, and what this one has not itself comes from the first that has it."""
        status = await self.siblings.status()
        self.assertEqual((status["version"], status["backend"]), ("1", {"name": "one"}))
        self.assertEqual(set(status["others"]), {"backend", "other"})
        self.assertEqual(status["others"]["other"]["version"], "2")

    async def test_sessions(self) -> None:
        """Sessions of all backends are listed by age, and each is ended wherever it is, once."""
        found = [each["id"] for each in await self.siblings.sessions()]
        self.assertEqual(found, [self.first, self.second, self.third])
        self.assertTrue(await self.siblings.end_session(SessionId(self.third)))
        self.assertFalse(await self.siblings.end_session(SessionId(self.third)))
        self.assertEqual(self.told["other"].sessions, [self.first])

    async def test_used(self) -> None:
        """What an account uses is that of all backends together; without any it is not known."""
        self.assertEqual(await self.siblings.used(UserId(new_id())), {"sessions": 3})
        alone = Siblings(reactor, Layout(scratch_folder(self)), "frontend", self.told["frontend"].answer)
        self.assertIsNone(await alone.used(UserId(new_id())))
