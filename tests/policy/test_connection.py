"""The guard of a connection, state by state and message by message."""

from __future__ import annotations

from typing import get_args

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.policy.browser.connection import Guard, connection_machine
from sagews.policy.browser.messages import NEEDS, Need, check_right
from sagews.wire.browser.messages import PageMessage

TAGS = sorted(str(kind.__struct_config__.tag) for kind in get_args(PageMessage))

# How each state is reached, and what may be said there.
PATHS: dict[str, tuple[tuple[str, ...], set[Need], str]] = {
    "waiting": ((), {Need.GREETING}, "greeting-expected"),
    "greeting": (("hello",), set(), "greeting-expected"),
    "working": (("hello", "workspace_given"), {Need.ALIVE, Need.READ, Need.EDIT, Need.RUN}, "forbidden"),
    "reading": (("hello", "workspace_given", "right_unknown"), {Need.ALIVE, Need.READ}, "read-only"),
    "scratch": (("hello", "scratch_given"), {Need.ALIVE, Need.SCRATCH}, "forbidden"),
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

    def test_every_message_names_what_it_needs(self) -> None:
        """The table of needs and the messages that can be parsed are the same, no more, no less."""
        self.assertEqual(sorted(NEEDS), TAGS)

    def test_every_state_and_message(self) -> None:
        """In each state exactly the messages of its needs are admitted; any other is refused with the state's code."""
        for state, (_, needs, refusal) in PATHS.items():
            guard = guard_in(state)
            self.assertEqual(guard.state, state)
            for tag in TAGS:
                if NEEDS[tag] in needs:
                    guard.check(tag)
                    continue
                error = self.assertRaises(SagewsError, guard.check, tag)
                self.assertEqual(error.code, "already-greeted" if tag == "hello" else refusal, (state, tag))

    def test_unknown_types_are_refused_everywhere(self) -> None:
        """A type that nobody named is refused in every state."""
        for state in PATHS:
            self.assertEqual(self.assertRaises(SagewsError, guard_in(state).check, "sudo").code, "bad-message")

    def test_every_role_and_message(self) -> None:
        """A viewer edits nothing, and nobody runs without the right to, whatever the role."""
        for tag in TAGS:
            for role in Role:
                for may_run in (False, True):
                    self.check_one(tag, role, may_run)

    def check_one(self, tag: str, role: Role, may_run: bool) -> None:
        """Compare one case with the rule."""
        wanted = None
        if NEEDS[tag] is Need.EDIT and role is Role.VIEWER:
            wanted = "read-only"
        if NEEDS[tag] is Need.RUN and not may_run:
            wanted = "may-not-run"
        if wanted is None:
            check_right(tag, role, may_run)
        else:
            self.assertEqual(self.assertRaises(SagewsError, check_right, tag, role, may_run).code, wanted)


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
