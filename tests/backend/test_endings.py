"""How a session is stopped, why it ended, and what people read of it."""

from __future__ import annotations

from sagews.model.identifiers import SessionId
from sagews.model.sessions import Ending, PieceKind
from tests.backend.run_case import RunCase, states
from tests.fakes.session_host import DEAF, DIES, PRINTS, SUM, WAITS


class InterruptTests(RunCase):
    """The ladder: ask, tell, end."""

    def test_stop_interrupts_and_empties_the_queue(self) -> None:
        """Stop sends an interrupt, and what waited is cancelled at once."""
        run = self.ran(WAITS)
        waiting = self.one.run(self.document, WAITS)
        self.one.say(type="interrupt", document=self.document)
        self.assertEqual(states(self.one, waiting)[-1], "cancelled")
        self.assertEqual(self.state()["state"], "interrupting")
        self.later()
        self.assertEqual(states(self.one, run)[-1], "interrupted")
        self.assertEqual(self.state()["state"], "ready")

    def test_deaf_code_is_said(self) -> None:
        """After the time of grace people read that the code does not listen, and can end the session."""
        run = self.ran(DEAF)
        self.one.say(type="interrupt", document=self.document)
        self.later(3.1)
        self.assertEqual(self.state()["state"], "stubborn")
        self.assertIn("does not listen", str(self.state()["sentence"]))
        self.one.say(type="restart", document=self.document)
        self.later()
        self.assertEqual(states(self.one, run)[-1], "interrupted")
        self.assertEqual(len(self.host.requests), 2)
        self.later(0.2)
        self.assertEqual(self.state()["state"], "ready")

    def test_a_run_right_behind_the_end_is_for_the_next_session(self) -> None:
        """Whoever restarts or stops and runs a cell in the same breath gets its result from the fresh session."""
        self.ran(SUM)
        for number, kind in enumerate(("restart", "stop"), 2):
            self.one.say(type=kind, document=self.document)
            run = self.one.run(self.document, SUM)
            self.later()
            self.later(0.2)
            self.assertEqual(states(self.one, run)[-1], "done")
            self.assertEqual(len(self.host.requests), number)

    def test_a_restart_does_not_wait_for_the_end(self) -> None:
        """The fresh session computes while the old one is still being taken down, which nobody hears any more."""
        running = self.ran(WAITS)
        ends: list[tuple[SessionId, str]] = []

        async def never(session: SessionId, reason: str) -> None:
            ends.append((session, reason))

        self.host.end_session = never  # type: ignore[method-assign]
        old = next(iter(self.host.sessions))
        self.one.say(type="restart", document=self.document)
        self.assertEqual(ends, [(old, "restarted")])
        self.assertEqual(states(self.one, running)[-1], "interrupted")
        self.host.say(old, PieceKind.STREAM, {"name": "stdout", "text": "still here"})
        run = self.ran(SUM)
        self.assertEqual(states(self.one, run)[-1], "done")
        self.host.end(old, Ending("restarted"))
        self.later(0.2)
        self.assertEqual(self.state()["state"], "ready")
        self.assertNotIn("still here", str(self.one.told))

    def test_patience_ends_with_the_run(self) -> None:
        """A run that ends within the time of grace leaves no warning behind."""
        self.ran(DEAF)
        self.one.say(type="interrupt", document=self.document)
        self.host.done(next(iter(self.host.sessions)), "interrupted")
        self.later(5)
        self.assertEqual(self.state()["state"], "ready")

    def test_stop_before_the_session_is_there(self) -> None:
        """Ending a session that is still being opened ends it as soon as it is open."""
        self.one.say(type="stop", document=self.document)
        self.assertEqual(self.one.take("error"), [])
        self.ran(WAITS)
        self.one.say(type="stop", document=self.document)
        self.later()
        self.assertEqual(self.state()["state"], "stopped")
        self.assertEqual(self.host.sessions, {})


class EndingTests(RunCase):
    """Why a session is over."""

    def test_an_ending_is_explained(self) -> None:
        """A session that used up its memory says so with the limit, and so does the run that was in it."""
        run = self.ran(DIES)
        self.assertEqual(self.state()["state"], "ended")
        self.assertEqual(self.state()["reason"], "memory")
        self.assertIn("2 GB of memory", str(self.state()["sentence"]))
        self.assertEqual(states(self.one, run)[-1], "error")

    def test_the_next_session_says_that_variables_are_gone(self) -> None:
        """A fresh session says so until something has run in it, and so does a later life of the backend."""
        self.ran(SUM)
        self.one.say(type="restart", document=self.document)
        self.later()
        self.assertEqual(self.state()["reason"], "gone")
        self.assertIn("run the cells again", str(self.state()["sentence"]))
        self.ran(SUM)
        self.later(0.2)
        self.assertEqual((self.state().get("reason"), self.state().get("sentence")), (None, None))
        self.later(0.1)
        later = self.opened(backend=self.life())
        self.assertEqual(later.open(self.document)["session"]["reason"], "gone")

    def test_every_reason_has_a_sentence(self) -> None:
        """Whatever ends a session, nobody reads a bare code."""
        for reason in ("exit", "killed", "cpu", "deadline", "crash", "protocol", "worker-lost", "unheard-of"):
            self.ran(WAITS)
            self.host.end(next(iter(self.host.sessions)), Ending(reason))
            self.assertIn("ariables are gone", str(self.state()["sentence"]))

    def test_a_lost_worker_ends_its_sessions(self) -> None:
        """When a worker is gone for good, what ran there is over."""
        run = self.ran(WAITS)
        self.backend.remove_host(self.host)
        self.assertEqual(states(self.one, run)[-1], "error")
        self.assertEqual(self.state()["reason"], "worker-lost")

    def test_idle_sessions_are_stopped(self) -> None:
        """A session that computed nothing for an hour is stopped, with the reason; one that computes is not."""
        self.ran(SUM)
        for _ in range(10):
            self.later(400)
        self.later()
        self.assertEqual(self.state()["reason"], "idle")
        self.ran(WAITS)
        for _ in range(10):
            self.later(400)
        self.assertEqual(len(self.host.sessions), 1)

    def test_a_session_goes_on_without_a_page(self) -> None:
        """Nothing depends on a page being open: the run ends, and its output is there for whoever comes later."""
        self.host.held = True
        self.ran(PRINTS)
        self.one.lose()
        for _ in range(100):
            self.later(2)
        self.host.release()
        self.later(1)
        cells = self.opened_cells()
        self.assertEqual(cells[0]["run"]["state"], "done")
        self.assertEqual(cells[0]["pieces"][0]["body"]["text"], "hello\n")

    def opened_cells(self) -> list[dict[str, object]]:
        """Return the outputs that a fresh page gets."""
        return self.page().open(self.document)["cells"]
