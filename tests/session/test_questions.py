"""input() and getpass.getpass() in real processes: what is asked, answered, printed and refused."""

from __future__ import annotations

import pytest

from sagews.wire.session.channels import MAX_PROMPT, CloseFrame, MessageFrame, OpenFrame
from sagews.wire.session.frames import FromSession
from sagews.wire.session.grammar import encode

from .flavour_case import PythonCase
from .support import error, printed, status, values

pytestmark = pytest.mark.slow


class QuestionTests(PythonCase):
    """A cell that asks, and the worker's end of its channel."""

    def asked(self, source: str) -> OpenFrame:
        """Run a cell up to its first question."""
        self.session.start(source)
        return self.question()

    def question(self) -> OpenFrame:
        """Return the next question; what is printed before it is kept in `before`."""
        self.before: list[FromSession] = []
        while not isinstance(frame := self.session.next(), OpenFrame):
            self.before.append(frame)
        return frame

    def say(self, channel: OpenFrame, text: str) -> None:
        """Answer."""
        self.session.connection.sendall(encode(MessageFrame(channel.run, channel.channel, {"text": text})))

    def answer(self, channel: OpenFrame, text: str) -> list[FromSession]:
        """Answer and return what follows up to the cell's end."""
        self.say(channel, text)
        return self.session.rest()

    def test_what_is_answered_is_what_input_returns(self) -> None:
        """Prompt and answer are printed when it comes, before the channel is closed, and the cell goes on with it."""
        channel = self.asked("print('first')\nname = input('Name? ')\nname * 2")
        self.assertEqual(printed(self.before), "first\n")
        self.assertEqual((channel.channel, channel.kind), (1, "input"))
        self.assertEqual(channel.body, {"prompt": "Name? ", "hidden": False})
        frames = self.answer(channel, "Ada ±")
        self.assertEqual(printed(frames), "Name? Ada ±\n")
        self.assertEqual([type(frame) for frame in frames[:2]][1], CloseFrame)
        self.assertEqual(values(frames), ["'Ada ±Ada ±'"])

    def test_a_password_is_asked_for_hidden_and_printed_as_dots(self) -> None:
        """Nothing that comes out of the session has it, however long it is."""
        for source in (
            "import getpass\np = getpass.getpass('Key: ')",
            "from getpass import getpass\np = getpass('Key: ')",
        ):
            channel = self.asked(source)
            self.assertEqual(channel.body, {"prompt": "Key: ", "hidden": True})
            self.assertEqual(printed(self.answer(channel, "hunter2hunter2")), "Key: ········\n")
            self.assertEqual(values(self.session.run("p == 'hunter2hunter2'")), ["True"])

    def test_questions_are_counted_within_their_cell(self) -> None:
        """One after the other, each with a number of its own; the next cell begins anew."""
        first = self.asked("a = input()\nb = input('b ')\na + b")
        self.say(first, "1")
        second = self.question()
        self.assertEqual((first.channel, second.channel), (1, 2))
        self.assertEqual(values(self.answer(second, "2")), ["'12'"])
        self.assertEqual(self.asked("input()").channel, 1)

    def test_stop_ends_the_waiting(self) -> None:
        """The cell is interrupted where it waits; the prompt stays, the channel is closed, and the next cell runs."""
        self.asked("input('Name? ')")
        self.session.interrupt()
        frames = self.session.rest()
        self.assertEqual(status(frames), "interrupted")
        self.assertEqual(printed(frames), "Name? \n")
        self.assertEqual(len([frame for frame in frames if isinstance(frame, CloseFrame)]), 1)
        self.alive()

    def test_an_answer_that_crosses_with_stop_is_dropped(self) -> None:
        """It is neither taken for the next question's nor for anything else."""
        late = self.asked("input('Name? ')")
        self.session.interrupt()
        self.session.rest()
        self.say(late, "late")
        self.alive()
        channel = self.asked("input('Again? ')")
        self.say(late, "late")
        self.assertEqual(values(self.answer(channel, "in time")), ["'in time'"])

    def test_a_caught_interrupt_lets_it_ask_again(self) -> None:
        """A program of menus goes on after Stop, with a channel of the next number."""
        source = "try: input('one')\nexcept KeyboardInterrupt: x = input('two')\nx"
        self.asked(source)
        self.session.interrupt()
        again = self.question()
        self.assertEqual((again.channel, again.body["prompt"]), (2, "two"))
        self.assertEqual(values(self.answer(again, "y")), ["'y'"])

    def test_where_nobody_answers(self) -> None:
        """A channel that is closed from outside ends the waiting with an error that says so."""
        channel = self.asked("input('Name? ')")
        self.session.connection.sendall(encode(CloseFrame(channel.run, channel.channel)))
        frames = self.session.rest()
        self.assertEqual(error(frames).name, "EOFError")
        self.assertIn("Nobody can answer", error(frames).message)

    def test_threads_and_tasks_may_not_ask(self) -> None:
        """A thread, a forked process and a task of an earlier cell are told that only the running cell asks."""
        source = """
import threading
def ask():
    try: input('x')
    except EOFError as error: print(error)
thread = threading.Thread(target=ask); thread.start(); thread.join()"""
        self.assertIn("only be asked by the cell that runs", printed(self.session.run(source)))
        forked = "import os\nchild = os.fork()\nif not child: ask(); os._exit(0)\nos.waitpid(child, 0)[1]"
        frames = self.session.run(forked)
        self.assertEqual(values(frames), ["0"])
        self.assertIn("only be asked by the cell that runs", printed(frames))
        self.session.run(
            "import asyncio\nasync def later(): await asyncio.sleep(0.05); ask()\ntask = asyncio.create_task(later())"
        )
        self.session.run("await task")
        self.assertEqual(values(self.session.run("task.done()")), ["True"])

    def test_a_task_of_the_running_cell_may_ask(self) -> None:
        """What the cell awaits is part of it."""
        channel = self.asked("async def ask(): return input('x')\nawait ask()")
        self.assertEqual(values(self.answer(channel, "y")), ["'y'"])

    def test_a_long_prompt_is_cut(self) -> None:
        """Its middle is left out, so that the frame is in bounds whatever a program asks."""
        channel = self.asked("input('a' + '±' * 10_000 + 'z')")
        self.assertLessEqual(len(str(channel.body["prompt"]).encode()), MAX_PROMPT)
        self.assertEqual(status(self.answer(channel, "")), "ok")

    def test_a_question_shows_what_was_printed_last(self) -> None:
        """Also behind a flood, of which the rest waits for the cell's end."""
        channel = self.asked("for n in range(100_000): print(n)\nprint('choose')\ninput('Which? ')")
        self.assertTrue(printed(self.before).endswith("99999\nchoose\n"))
        self.assertIn("Which? 7\n", printed(self.answer(channel, "7")))
