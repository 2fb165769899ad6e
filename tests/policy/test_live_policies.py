"""Smaller decisions of the live side: rates, paths, placement, what output is kept, how an ending reads."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.sessions import Ending, Isolation, Limits, WorkerInfo
from sagews.policy.browser.token_bucket import TokenBucket
from sagews.policy.documents.paths import check_document_path, title_of
from sagews.policy.sessions.endings import ending_sentence
from sagews.policy.sessions.kept_output import HEAD, TAIL, KeptOutput
from sagews.policy.sessions.placement import Candidate, choose
from tests.counting import calls


class RateTests(SynchronousTestCase):
    """The bucket."""

    def test_burst_then_rate(self) -> None:
        """The burst at once, then as many as come back, and the wait for the next is told."""
        bucket = TokenBucket(10, 5, 0)
        self.assertEqual([bucket.take(1, 0) for _ in range(6)], [True] * 5 + [False])
        self.assertAlmostEqual(bucket.wait(1), 0.1)
        self.assertTrue(bucket.take(1, 0.11))

    @given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 3)), max_size=50))
    def test_never_more_than_it_may(self, steps: list[tuple[float, float]]) -> None:
        """In any time not more is taken than the burst and the rate allow."""
        bucket, now, taken = TokenBucket(2, 4, 0.0), 0.0, 0.0
        for wait, amount in steps:
            now += wait
            taken += amount if bucket.take(amount, now) else 0
            self.assertLessEqual(taken, 4 + 2 * now + 1e-6)

    def test_a_clock_that_runs_backwards(self) -> None:
        """It gives nothing for free."""
        bucket = TokenBucket(1, 1, 100)
        bucket.take(1, 100)
        self.assertFalse(bucket.take(1, 50))


class PathTests(SynchronousTestCase):
    """Names of documents."""

    def test_good_paths(self) -> None:
        """Letters of any script, spaces, folders; the title is the last part."""
        for path in ("a.sage.md", "a/b.ipynb", "Kurven/Über α.sage.md", "a b (2)/c-d_e.1.sage.md"):
            self.assertEqual(check_document_path(path), path)
        self.assertEqual(title_of("x/Über α.sage.md"), "Über α")

    def test_normal_form(self) -> None:
        """Two ways to write one letter are one path."""
        self.assertEqual(check_document_path("u\u0308.sage.md"), "ü.sage.md")

    def test_bad_paths(self) -> None:
        """Whatever leaves the folder, hides, can't be seen or can't be stored is refused, and never repeated."""
        for path in (
            "../a.sage.md",
            "a/../../b.sage.md",
            "/etc/a.sage.md",
            "a//b.sage.md",
            "./a.sage.md",
            ".git/a.sage.md",
            ".sage.md",
            "a/.sage.md",
            "-rf.sage.md",
            "a\x00.sage.md",
            "a\n.sage.md",
            "a\x1b[31m.sage.md",
            "a\u202egnp.sage.md",
            "a\u200b.sage.md",
            "a\ud800.sage.md",
            "a\\b.sage.md",
            "a:b.sage.md",
            " a.sage.md",
            "a /b.sage.md",
            "a./b.sage.md",
            "a.md",
            "a.ipynb.txt",
            ".ipynb",
            "",
            "x" * 130 + ".sage.md",
            "/".join("abcdefghi") + ".sage.md",
            "ü" * 100 + ".sage.md",
        ):
            error = self.assertRaises(SagewsError, check_document_path, path)
            self.assertEqual(error.code, "bad-name", path)

    @given(st.text(max_size=60))
    def test_what_passes_stays_inside(self, text: str) -> None:
        """A path that passes has no part that leads out of or hides in its folder."""
        try:
            path = check_document_path(text + ".sage.md")
        except SagewsError:
            return
        self.assertFalse(path.startswith("/"))
        self.assertFalse({"", ".", ".."} & set(path.split("/")))
        self.assertFalse(any(ord(character) < 32 for character in path))


def worker(name: str, sessions: int = 0, level: Isolation = Isolation.FULL, flavours: str = "sage") -> Candidate:
    """Return a worker of capacity ten."""
    return Candidate(WorkerInfo(name, level, tuple(flavours.split()), {}, 0, 10), sessions)


class PlacementTests(SynchronousTestCase):
    """Which worker."""

    def choose(self, *workers: Candidate, holder: str | None = None, flavour: str | None = "sage") -> str:
        """Choose with `namespaces` as the least level."""
        return choose(workers, flavour, Isolation.NAMESPACES, holder)

    def test_the_holder_first(self) -> None:
        """The worker that holds the files gets the session, however busy, while it has room."""
        self.assertEqual(self.choose(worker("a"), worker("b", 9), holder="b"), "b")

    def test_else_the_least_loaded(self) -> None:
        """Without files anywhere the least loaded gets it."""
        self.assertEqual(self.choose(worker("a", 3), worker("b", 1), worker("c", 2)), "b")

    def check_refused(self, code: str, *workers: Candidate, **how: str | None) -> None:
        """Hold that nobody is chosen."""
        self.assertEqual(self.assertRaises(SagewsError, self.choose, *workers, **how).code, code)

    def test_nobody(self) -> None:
        """No worker, none with room, and a holder without room are `no-worker`: files are not moved under sessions."""
        self.check_refused("no-worker")
        self.check_refused("no-worker", worker("a", 10))
        self.check_refused("no-worker", worker("a"), worker("b", 10), holder="b")

    def test_too_weak_or_without_the_flavour(self) -> None:
        """A weaker level and a missing flavour are said as such."""
        self.check_refused("isolation", worker("a", level=Isolation.SETUID))
        self.check_refused("unknown-flavour", worker("a", flavours="python"))

    def test_a_place_for_files(self) -> None:
        """For files alone the holder is right even without room, and so is anybody else who can be reached."""
        self.assertEqual(self.choose(worker("a", 10), flavour=None), "a")
        away = replace(worker("a"), info=replace(worker("a").info, capacity=0))
        self.check_refused("no-worker", away, flavour=None)
        self.assertEqual(self.choose(away, holder="a", flavour=None), "a")
        self.assertEqual(self.choose(worker("a"), worker("b", 10), holder="b", flavour=None), "b")


class Number(int):
    """A number the comparing of which is counted, as a call."""

    def __eq__(self, other: object) -> bool:
        return int(self) == other

    def __lt__(self, other: int) -> bool:
        return int(self) < other

    __hash__ = int.__hash__


class KeptOutputTests(SynchronousTestCase):
    """What is at hand of a long output."""

    @given(st.lists(st.integers(1, 40_000), max_size=80))
    def test_bounds_and_order(self, sizes: list[int]) -> None:
        """Beginning and end are kept in order, the rest is counted, and memory is bounded."""
        kept: KeptOutput[int] = KeptOutput()
        for number, size in enumerate(sizes, 1):
            kept.add(number, number, size)
        self.assertLessEqual(kept.size, HEAD + TAIL)
        self.assertEqual(kept.count, len(sizes))
        self.assertEqual(kept.pieces, sorted(kept.pieces))
        self.assertEqual(len(kept.pieces) + kept.left_out, len(sizes))
        if sum(sizes) <= HEAD:
            self.assertEqual(kept.left_out, 0)

    @given(st.lists(st.integers(1, 9_000), max_size=60), st.data())
    def test_replacing_and_removing(self, sizes: list[int], data: st.DataObject) -> None:
        """A piece takes the place of that of its number, and those within the ranges go, wherever they are kept."""
        kept: KeptOutput[tuple[int, str]] = KeptOutput()
        for number, size in enumerate(sizes, 1):
            kept.add(number, (number, "old"), size)
        there = dict(kept.pieces)
        number = data.draw(st.integers(0, len(sizes) + 1))
        kept.replace(number, (number, "new"), 1)
        self.assertEqual(dict(kept.pieces), there | ({number: "new"} if number in there else {}))
        limits = sorted(data.draw(st.sets(st.integers(0, len(sizes) + 2), max_size=20)))
        ranges = list(zip(limits[::2], limits[1::2], strict=False))
        gone = {each for first, last in ranges for each in range(max(first, 1), min(last, len(sizes)) + 1)}
        before, size = kept.count, kept.size
        kept.remove(ranges, len(gone))
        self.assertEqual([each for each, _ in kept.pieces], sorted(there.keys() - gone))
        self.assertEqual((kept.count, kept.size <= size), (before - len(gone), True))

    def test_many_scattered_pieces_are_found_in_a_few_steps(self) -> None:
        """A session scatters thousands of them over two areas; to clear one of these took the server 600 ms."""
        kept: KeptOutput[int] = KeptOutput()
        for number in range(1, 2001):
            kept.add(Number(number), number, 120)
        ranges = [(number, number) for number in range(1, 20_001, 2)]
        self.assertLess(calls(lambda: kept.replace(Number(1999), 0, 120)), 60)
        self.assertLess(calls(lambda: kept.remove(ranges, 10_000)), 120_000)

    def test_forgetting(self) -> None:
        """What is forgotten is left out, and what comes later is kept at the end."""
        kept: KeptOutput[int] = KeptOutput()
        kept.add(1, 1, 10)
        kept.forget()
        kept.add(2, 2, 10)
        self.assertEqual((kept.pieces, kept.left_out, kept.count), ([2], 1, 2))


class EndingTests(SynchronousTestCase):
    """Sentences."""

    def test_numbers_and_strangers(self) -> None:
        """Limits are named in people's units; what a worker says beyond that is not believed to be text."""
        self.assertIn("2 GB of memory", ending_sentence(Ending("memory"), Limits()))
        self.assertIn("86400 seconds", ending_sentence(Ending("cpu", {"x": object(), "y": ["a"]}), Limits()))
        self.assertIn("crashed", ending_sentence(Ending("no such reason"), Limits()))
