"""The life of a session: any order of events leaves it in a state that makes sense."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.model.sessions import SessionState
from sagews.policy.sessions.machine import SessionCondition, session_machine

INPUTS = ("start", "opened", "done", "interrupt", "patience_over", "stop", "gone")


def after(*steps: str) -> SessionCondition:
    """Return a life after some steps."""
    condition = SessionCondition()
    machine = session_machine(condition)
    for step in steps:
        getattr(machine, step)()
    return condition


class SessionLifeTests(SynchronousTestCase):
    """States and what they mean."""

    def test_the_ladder(self) -> None:
        """Interrupted code that does not listen becomes stubborn, and ends when it is done or when it is ended."""
        running = ("start", "opened", "handed_over")
        self.assertEqual(after(*running, "interrupt").state, SessionState.INTERRUPTING)
        self.assertEqual(after(*running, "interrupt", "patience_over").state, SessionState.STUBBORN)
        self.assertEqual(after(*running, "interrupt", "patience_over", "done").state, SessionState.READY)
        self.assertTrue(after(*running, "interrupt", "patience_over", "stop").ending)

    def test_an_end_that_was_asked_for_is_a_stop(self) -> None:
        """An end after a stop is `stopped`, any other is `ended`; both can be started again."""
        self.assertEqual(after("start", "opened", "stop", "gone").state, SessionState.STOPPED)
        self.assertEqual(after("start", "opened", "gone").state, SessionState.ENDED)
        self.assertEqual(after("start", "gone", "start").state, SessionState.STARTING)

    @given(st.lists(st.sampled_from((*INPUTS, "handed_over")), max_size=40))
    def test_any_order(self, steps: list[str]) -> None:
        """No order of events breaks the machine; it is free only when ready, and gone means neither alive nor free."""
        condition = SessionCondition()
        machine = session_machine(condition)
        for step in steps:
            if step == "handed_over" and not condition.free:
                continue
            getattr(machine, step)()
            self.assertEqual(condition.free, condition.state is SessionState.READY)
            self.assertTrue(condition.alive or not condition.free)
            if step == "gone":
                self.assertFalse(condition.alive)
