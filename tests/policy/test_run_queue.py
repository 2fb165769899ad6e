"""One order for everybody, one run at a time, batches that stop at the first error or go on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId
from sagews.model.sessions import RunState
from sagews.policy.sessions.run_queue import MAX_QUEUED, RunQueue

A, B, C, D = (RunId(name) for name in "abcd")


class RunQueueTests(SynchronousTestCase):
    """The queue."""

    def test_one_at_a_time_in_order(self) -> None:
        """The next run starts only when the one before is over."""
        queue = RunQueue()
        queue.add([A, B], confirmed=True)
        self.assertEqual((queue.next(), queue.next()), (A, None))
        queue.finished(RunState.DONE)
        self.assertEqual(queue.next(), B)

    def test_an_error_takes_its_batch_along(self) -> None:
        """What was asked for together with a run that failed is cancelled; what others asked for is not."""
        queue = RunQueue()
        queue.add([A, B, C], confirmed=True)
        queue.add([D], confirmed=True)
        queue.next()
        self.assertEqual(queue.finished(RunState.ERROR), [B, C])
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

    def test_a_batch_that_goes_on(self) -> None:
        """Behind an error it goes on where that was asked for; never behind what was interrupted or lost."""
        for state, rest in ((RunState.ERROR, []), (RunState.INTERRUPTED, [B, C]), (RunState.LOST, [B, C])):
            queue = RunQueue()
            queue.add([A, B, C], confirmed=True, goes_on=True)
            queue.add([D], confirmed=True)
            queue.next()
            self.assertEqual(queue.finished(state), rest)
            self.assertEqual(queue.next(), D if rest else B)

    @given(st.lists(st.tuples(st.booleans(), st.lists(st.booleans(), min_size=1, max_size=5)), max_size=6))
    def test_what_fails_cancels_its_own_batch_or_nothing(self, batches: list[tuple[bool, list[bool]]]) -> None:
        """Of a batch that stops, what stands before and at the first error runs; of one that goes on, everything."""
        queue, wanted, fails = RunQueue(), list[RunId](), dict[RunId, bool]()
        for number, (goes_on, failing) in enumerate(batches):
            runs = [RunId(f"{number}.{place}") for place in range(len(failing))]
            fails.update(zip(runs, failing, strict=True))
            stop = failing.index(True) + 1 if True in failing and not goes_on else len(runs)
            wanted += runs[:stop]
            queue.add(runs, confirmed=True, goes_on=goes_on)
        ran = []
        while (run := queue.next()) is not None:
            ran.append(run)
            queue.finished(RunState.ERROR if fails[run] else RunState.DONE)
        self.assertEqual(ran, wanted)

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
                cancelled += [int(run) for run in queue.finished(RunState.DONE if step == "good" else RunState.ERROR)]
            elif step == "cancel":
                cancelled += [int(run) for run in queue.cancel()]
        self.assertEqual(sorted(started + cancelled), list(range(added)))
        self.assertEqual(started, sorted(started))
