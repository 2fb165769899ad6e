"""display_id, clear_output and areas in real sessions: what is replaced, how often that is said, and what it costs."""

from __future__ import annotations

from sagews.session.output.areas.places import MAX_SHOWN
from sagews.wire.session.areas import MAX_AREA_DEPTH, AreaFrame, ClearFrame, UpdateFrame
from sagews.wire.session.frames import DisplayFrame, FromSession, StreamFrame

from .flavour_case import PythonCase
from .support import displays, error, printed, status

OUTPUT = "from sagews.session.display.displayhook import stage\no = stage.output\n"


def updates(frames: list[FromSession]) -> list[UpdateFrame]:
    """Return the updates among frames."""
    return [frame for frame in frames if isinstance(frame, UpdateFrame)]


def seen(frames: list[FromSession]) -> list[str]:
    """Return what is left to see of a run that has no areas, once every clear has taken away what came before it."""
    found: list[str] = []
    for frame in frames:
        if isinstance(frame, ClearFrame):
            found = []
        elif isinstance(frame, StreamFrame):
            found.append(frame.text)
        elif isinstance(frame, DisplayFrame):
            found.append(frame.data["text/plain"])
    return found


class ReplacedTests(PythonCase):
    """Cells that show something in place of something."""

    def test_a_loop_of_updates_is_a_few_frames_and_ends_with_the_last(self) -> None:
        """A hundred thousand updates are some twenty a second, in one place, and the last value is exact."""
        frames = self.session.run(
            "h = display(-1, display_id='bar')\nfor i in range(10**5): update_display(i, display_id='bar')"
        )
        [shown] = displays(frames)
        self.assertEqual(shown.display, "bar")
        said = updates(frames)
        self.assertEqual((said[-1].display, said[-1].data), ("bar", {"text/plain": "99999"}))
        seconds = frames[-1].seconds  # type: ignore[union-attr]
        self.assertLess(len(said), 22 * seconds + 5)

    def test_a_loop_that_clears_is_a_few_frames_and_ends_with_the_last(self) -> None:
        """Whether it prints or shows, with `wait` or without, what is seen at the end is what came last."""
        for show in ("print(i)", "display(i)"):
            for wait in (True, False):
                with self.subTest(show=show, wait=wait):
                    frames = self.session.run(f"for i in range(5000):\n    clear_output(wait={wait}); {show}")
                    self.assertEqual([text.strip() for text in seen(frames)], ["4999"])
                    self.assertLess(len(frames), 200)

    def test_what_waits_for_nothing_stays(self) -> None:
        """A clear that waits takes nothing away where nothing follows it, not even what was printed just before."""
        frames = self.session.run("for i in range(500): print(i); clear_output(wait=True)")
        self.assertEqual(seen(frames), ["499\n"])

    def test_cleared_output_counts_no_more(self) -> None:
        """A loop may show more pictures than a cell may have, one at a time, and print more than is shown of it."""
        source = f"""
            for i in range({MAX_SHOWN} * 2):
                clear_output(wait=True)
                display({{'text/html': str(i) * 20_000}}, raw=True)
        """
        frames = self.session.run("\n".join(line[12:] for line in source.splitlines()))
        self.assertNotIn("not shown", printed(frames, "stderr"))
        last = displays(frames)[-1].data["text/html"]
        self.assertEqual(last, str(MAX_SHOWN * 2 - 1) * 20_000)
        frames = self.session.run("for i in range(30):\n    clear_output(wait=True); print('x' * 10_000, i)")
        self.assertTrue(seen(frames)[-1].endswith(" 29\n"))

    def test_handles_and_names_of_ipython(self) -> None:
        """What libraries take from IPython replaces too; ids of any form are the same id each time."""
        frames = self.session.run(
            "from IPython.display import display as d, update_display as u, DisplayHandle, clear_output as c\n"
            "h = d('a', display_id=True); h.update('b')\n"
            "d('c', display_id='é' * 100); u('d', display_id='é' * 100)\n"
            "get_ipython().display_pub.publish({'text/plain': 'e'}, transient={'display_id': 'p'})\n"
            "get_ipython().display_pub.publish({'text/plain': 'f'}, transient={'display_id': 'p'}, update=True)\n"
            "DisplayHandle('q').display('g')\n"
            "u('nothing', display_id='unknown')\n"
        )
        self.assertEqual(status(frames), "ok")
        ids = [frame.display for frame in displays(frames)]
        self.assertEqual([frame.display for frame in updates(frames)], ids[:3])
        self.assertEqual((len(set(ids)), ids[2:], len(ids[1])), (4, ["p", "q"], 64))

    def test_an_update_goes_to_the_cell_that_showed_it(self) -> None:
        """Also when that is over, and to each of several cells."""
        runs = [self.session.start("display(0, display_id='x');")]
        self.session.rest()
        runs.append(self.session.start("display(1, display_id='x');"))
        self.session.rest()
        frames = self.session.run("update_display(2, display_id='x')")
        self.assertEqual([frame.run for frame in updates(frames)], runs)

    def test_a_thread_replaces_what_its_cell_showed(self) -> None:
        """After the end of its cell as well: clears and updates are of the run that started it."""
        self.session.run("import threading\ngo = threading.Event()\nh = display(0, display_id='x')")
        run = self.session.start(
            "def work():\n    go.wait(); clear_output(); print('late'); h.update(1)\n"
            "t = threading.Thread(target=work); t.start()"
        )
        self.session.rest()
        frames = self.session.run("go.set(); t.join(); import time; time.sleep(0.5)")
        cleared = [frame for frame in frames if isinstance(frame, ClearFrame)]
        self.assertEqual([(frame.run, frame.area) for frame in cleared], [(run, 0)])
        self.assertIn("late", printed(frames))
        self.assertEqual(len(updates(frames)), 1)

    def test_nothing_without_an_id(self) -> None:
        """An update without an id says so."""
        self.assertEqual(error(self.session.run("update_display(1)")).name, "TypeError")


class AreaTests(PythonCase):
    """Areas of a cell's output."""

    def test_what_comes_inside_says_so(self) -> None:
        """Prints, displays, values and errors, also of C code and in areas inside of areas, in order."""
        frames = self.session.run(
            f"{OUTPUT}a = o.new_area()\nprint('before')\n"
            "with o.area(a):\n    print('in'); b = o.new_area(shown=False); display(1)\n"
            "    with o.area(b): print('deep')\n    import os; os.system('echo piped')\nprint('after')"
        )
        areas = [(frame.area, frame.parent, frame.shown) for frame in frames if isinstance(frame, AreaFrame)]
        self.assertEqual(areas, [(1, 0, True), (2, 1, False)])
        texts = [(frame.text, frame.area) for frame in frames if isinstance(frame, StreamFrame)]
        self.assertEqual(texts, [("before\n", 0), ("in\n", 1), ("deep\n", 2), ("piped\n", 1), ("after\n", 0)])
        self.assertEqual([frame.area for frame in displays(frames)], [1])

    def test_it_is_cleared_by_itself(self) -> None:
        """What it held goes, areas in it too, and it has all its budgets again; the rest of the output stays."""
        frames = self.session.run(
            f"{OUTPUT}a = o.new_area()\nprint('kept')\n"
            "for i in range(300):\n    o.clear(a, wait=True)\n    with o.area(a): o.new_area(); print('x' * 1000, i)"
        )
        cleared = {(frame.area, frame.wait) for frame in frames if isinstance(frame, ClearFrame)}
        self.assertEqual(cleared, {(1, True)})
        self.assertEqual(printed(frames).count("kept"), 1)
        self.assertTrue(printed(frames).endswith(" 299\n"))
        self.assertEqual((status(frames), "left out" in printed(frames, "stderr")), ("ok", False))

    def test_long_texts_are_cut_in_each(self) -> None:
        """An area shows the beginning and the end of what is printed in it, and how much there is between."""
        frames = self.session.run(f"{OUTPUT}a = o.new_area()\nwith o.area(a):\n    for i in range(40_000): print(i)")
        text = printed(frames)
        self.assertTrue(text.startswith("0\n1\n"))
        self.assertTrue(text.endswith("39999\n"))
        self.assertLess(len(text), 140_000)
        self.assertIn("left out", printed(frames, "stderr"))

    def test_depth_and_number_are_bounded(self) -> None:
        """Too many in each other, and too many, are errors in the cell."""
        source = f"{OUTPUT}def inner():\n    with o.area(o.new_area()): inner()\ninner()"
        self.assertIn(str(MAX_AREA_DEPTH), error(self.session.run(source)).message)
        self.assertEqual(error(self.session.run(f"{OUTPUT}for _ in range(1001): o.new_area()")).name, "RuntimeError")
        self.alive()

    def test_a_run_is_opened_once_more(self) -> None:
        """What is evaluated for a cell that is over stands in its area, as if it ran, and not while another does."""
        self.session.start(
            f"{OUTPUT}import asyncio\na = o.new_area(); run = o.asking\n"
            "async def again():\n    await asyncio.sleep(0.01)\n"
            "    with o.reopened(run, a): print('again'); display(3)\n"
            "task = asyncio.create_task(again())"
        )
        self.session.rest()
        text, shown = self.session.next(), self.session.next()
        assert isinstance(text, StreamFrame)
        assert isinstance(shown, DisplayFrame)
        self.assertEqual((text.text, text.area, shown.area), ("again\n", 1, 1))
        self.assertEqual(error(self.session.run("with o.reopened(run, a): print('no')")).name, "RuntimeError")
