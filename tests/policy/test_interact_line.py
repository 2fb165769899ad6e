"""The latest value counts, people take turns, and what waits is bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId, UserId
from sagews.policy.sessions.interact_line import MAX_WAITING_OF_ONE, InteractLine, Said

ADA, EMMY = UserId("ada"), UserId("emmy")
RUN = RunId("run")


def said(channel: int = 1, serial: int = 1, pressed: str | None = None, **values: int) -> Said:
    """Return what somebody says to an interact."""
    return Said(RUN, channel, "connection", serial, pressed, values)


class InteractLineTests(SynchronousTestCase):
    """The line of one session."""

    def test_the_latest_value_of_each_control_counts(self) -> None:
        """However often somebody speaks, one evaluation waits, with the last of everything that was said."""
        line = InteractLine()
        line.add(ADA, said(serial=1, a=1, b=1))
        line.add(ADA, said(serial=2, pressed="go", b=2))
        line.add(ADA, said(serial=3, c=3))
        self.assertEqual(line.names((RUN, 1)), {"a", "b", "c"})
        found = line.next()
        assert found is not None
        self.assertEqual(found.body(), {"values": {"a": 1, "b": 2, "c": 3}, "serial": 3, "pressed": "go"})
        self.assertEqual((line.next(), bool(line)), (None, False))

    def test_people_and_their_interacts_take_turns(self) -> None:
        """Somebody who speaks to many interacts waits behind another's one, and each of their own has its turn."""
        line = InteractLine()
        for channel in (1, 2, 3):
            line.add(ADA, said(channel))
        line.add(EMMY, said(9))
        order = []
        while (found := line.next()) is not None:
            order.append(found.channel)
        self.assertEqual(order, [1, 9, 2, 3])

    def test_one_person_may_wait_for_so_many(self) -> None:
        """What is beyond is refused, and what waits can still change."""
        line = InteractLine()
        for channel in range(MAX_WAITING_OF_ONE):
            line.add(ADA, said(channel))
        refused = self.assertRaises(SagewsError, line.add, ADA, said(MAX_WAITING_OF_ONE))
        self.assertEqual(refused.code, "limit")
        line.add(ADA, said(0, a=1))
        line.add(EMMY, said(MAX_WAITING_OF_ONE))

    def test_what_is_dropped_is_told_once(self) -> None:
        """Of two people who spoke to the same interact one is forgotten with the other."""
        line = InteractLine()
        line.add(ADA, said(1))
        line.add(EMMY, said(1))
        line.add(EMMY, said(2))
        self.assertEqual((line.drop([(RUN, 1)]), line.waits((RUN, 1)), line.waits((RUN, 2))), ([(RUN, 1)], False, True))
        self.assertEqual((line.drop(), bool(line)), ([(RUN, 2)], False))

    @given(st.lists(st.tuples(st.sampled_from([ADA, EMMY]), st.integers(1, 3), st.integers(0, 9)), max_size=30))
    def test_nothing_is_lost_and_nothing_comes_twice(self, things: list[tuple[UserId, int, int]]) -> None:
        """Each person's last value for each interact comes out exactly once."""
        line, expected = InteractLine(), {}
        for user, channel, value in things:
            line.add(user, Said(RUN, channel, user, 1, None, {"a": value}))
            expected[user, channel] = value
        found = {}
        while (each := line.next()) is not None:
            self.assertNotIn((each.by, each.channel), found)
            found[each.by, each.channel] = each.values["a"]
        self.assertEqual(found, expected)
