"""The guard of a connection, state by state and message by message."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.policy.browser.connection import Guard, connection_machine
from sagews.policy.browser.rights import check_right
from sagews.wire.browser.base import Right
from sagews.wire.browser.messages import PAGE_MESSAGES, tag_of

# How each state is reached, and what may be said there.
PATHS: dict[str, tuple[tuple[str, ...], set[Right], str]] = {
    "waiting": ((), {Right.HANDSHAKE}, "handshake-expected"),
    "handshake": (("hello",), set(), "handshake-expected"),
    "working": (("hello", "workspace_given"), {Right.ALIVE, Right.READ, Right.EDIT, Right.RUN}, "forbidden"),
    "reading": (("hello", "workspace_given", "right_unknown"), {Right.ALIVE, Right.READ}, "rights-unknown"),
    "scratch": (("hello", "scratch_given"), {Right.ALIVE, Right.SCRATCH}, "forbidden"),
    "over": (("hello", "workspace_given", "closed"), set(), "shutting-down"),
}


def guard_in(state: str) -> Guard:
    """Return a guard that was led to a state."""
    guard = Guard()
    machine = connection_machine(guard)
    for step in PATHS[state][0]:
        getattr(machine, step)()
    return guard


class EveryMessageTests(SynchronousTestCase):
    """Nothing is admitted that is not named."""

    def test_every_message_declares_a_right(self) -> None:
        """No message comes without saying what it needs, and none inherits it; only the handshake needs none."""
        for message in PAGE_MESSAGES:
            self.assertIsInstance(vars(message).get("needs"), Right, tag_of(message))
        handshakes = [tag_of(message) for message in PAGE_MESSAGES if message.needs is Right.HANDSHAKE]
        self.assertEqual(handshakes, ["hello"])

    def test_every_state_and_right(self) -> None:
        """In each state exactly the messages of its rights are admitted; any other is refused with the state's code."""
        for state, (_, rights, refusal) in PATHS.items():
            guard = guard_in(state)
            self.assertEqual(guard.state, state)
            for needs in Right:
                if needs in rights:
                    guard.check(needs)
                    continue
                error = self.assertRaises(SagewsError, guard.check, needs)
                self.assertEqual(
                    error.code, "already-connected" if needs is Right.HANDSHAKE else refusal, (state, needs)
                )

    def test_every_role_and_right(self) -> None:
        """A viewer edits nothing, and nobody runs without the right to, whatever the role."""
        for needs in Right:
            for role in Role:
                for may_run in (False, True):
                    self.check_one(needs, role, may_run)

    def check_one(self, needs: Right, role: Role, may_run: bool) -> None:
        """Compare one case with the rule."""
        wanted = None
        if needs is Right.EDIT and role is Role.VIEWER:
            wanted = "read-only"
        if needs is Right.RUN and not may_run:
            wanted = "may-not-run"
        if wanted is None:
            check_right(needs, role, may_run)
        else:
            self.assertEqual(self.assertRaises(SagewsError, check_right, needs, role, may_run).code, wanted)


class LifeTests(SynchronousTestCase):
    """How states follow each other."""

    def test_answers_that_come_too_late_change_nothing(self) -> None:
        """What is found out about a connection after it was closed leaves it closed."""
        for late in ("workspace_given", "scratch_given", "right_unknown", "right_confirmed", "closed"):
            guard = Guard()
            machine = connection_machine(guard)
            machine.hello()
            machine.closed()
            getattr(machine, late)()
            self.assertEqual(guard.state, "over")

    def test_rights_come_back(self) -> None:
        """A connection that could only read works again once its rights are confirmed."""
        guard = Guard()
        machine = connection_machine(guard)
        for step in ("hello", "workspace_given", "right_unknown", "right_unknown", "right_confirmed"):
            getattr(machine, step)()
        self.assertEqual(guard.state, "working")
