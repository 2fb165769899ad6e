"""One order for everybody, one run at a time, batches that stop at the first error."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId
from sagews.policy.sessions.run_queue import MAX_QUEUED, RunQueue

A, B, C, D = (RunId(name) for name in "abcd")


class RunQueueTests(SynchronousTestCase):
    """The queue."""

    def test_one_at_a_time_in_order(self) -> None:
        """The next run starts only when the one before is over."""
        queue = RunQueue()
        queue.add([A, B], confirmed=True)
        self.assertEqual((queue.next(), queue.next()), (A, None))
        queue.finished(good=True)
        self.assertEqual(queue.next(), B)

    def test_an_error_takes_its_batch_along(self) -> None:
        """What was asked for together with a run that failed is cancelled; what others asked for is not."""
        queue = RunQueue()
        queue.add([A, B, C], confirmed=True)
        queue.add([D], confirmed=True)
        queue.next()
        self.assertEqual(queue.finished(good=False), [B, C])
        self.assertEqual(queue.next(), D)

    def test_what_is_not_confirmed_holds_its_place(self) -> None:
        """A run that may have run before is not started, and nothing overtakes it."""
        queue = RunQueue()
        queue.add([A], confirmed=False)
        queue.add([B], confirmed=True)
        self.assertIsNone(queue.next())
        queue.confirm(A)
        self.assertEqual(queue.next(), A)

    def test_a_dropped_run_gives_way(self) -> None:
        """A run that turned out to be known leaves the queue."""
        queue = RunQueue()
        queue.add([A], confirmed=False)
        queue.add([B], confirmed=True)
        queue.drop(A)
        self.assertEqual(queue.next(), B)

    def test_cancel_empties_it(self) -> None:
        """What waits is returned in order, what runs goes on."""
        queue = RunQueue()
        queue.add([A, B, C], confirmed=True)
        queue.next()
        self.assertEqual((queue.cancel(), len(queue), queue.running), ([B, C], 0, A))

    def test_it_is_bounded(self) -> None:
        """More than so many are refused, and none of them is added."""
        queue = RunQueue()
        queue.add([RunId(str(number)) for number in range(MAX_QUEUED)], confirmed=True)
        self.assertRaises(SagewsError, queue.add, [A], confirmed=True)
        self.assertEqual(len(queue), MAX_QUEUED)

    @given(st.lists(st.sampled_from(["add", "next", "good", "bad", "cancel"]), max_size=60))
    def test_every_run_comes_out_once(self, steps: list[str]) -> None:
        """Whatever happens, each run is started or cancelled exactly once, in the order in which it came."""
        queue, added = RunQueue(), 0
        started: list[int] = []
        cancelled: list[int] = []
        for step in [*steps, "good", "cancel"]:
            if step == "add":
                queue.add([RunId(str(added)), RunId(str(added + 1))], confirmed=True)
                added += 2
            elif step == "next" and (run := queue.next()) is not None:
                started.append(int(run))
            elif step in ("good", "bad"):
                cancelled += [int(run) for run in queue.finished(good=step == "good")]
            elif step == "cancel":
                cancelled += [int(run) for run in queue.cancel()]
        self.assertEqual(sorted(started + cancelled), list(range(added)))
        self.assertEqual(started, sorted(started))
