"""The interacts of a session: cells open them, what people say to them has their functions evaluated, one at a time.

The first evaluation is a part of the cell. Later ones come when no cell runs, and are to interrupts, output and budgets
what a cell is. What goes wrong in one is shown where its output would be, and its controls live on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation.evaluator import Evaluator, flush_figures
from sagews.session.interact.controls import texts
from sagews.session.interact.live import Interact
from sagews.session.interact.room import ChannelRoom
from sagews.session.output.output import SessionOutput
from sagews.wire.session.channels import (
    INTERACT,
    CloseFrame,
    MessageFrame,
    OpenFrame,
    StateFrame,
)
from sagews.wire.session.frames import RunFrame
from sagews.wire.session.interact import size_of

NOT_HERE = "An interact can only be shown by the cell that runs, or by the function of another interact."


class SessionInteracts:
    """All of one session.

    Args:
        output: where they are shown.
        evaluator: runs their functions.
        room: for those of the session.

    Attributes:
        evaluating: whether one is evaluated behind the end of its cell.
    """

    def __init__(self, output: SessionOutput, evaluator: Evaluator, room: ChannelRoom) -> None:
        self._output = output
        self._evaluator = evaluator
        self._room = room
        self._open: dict[tuple[str, int], Interact] = {}
        self._cells: dict[str, RunFrame] = {}
        # What the cell that runs showed when it ran last, in order, and so far in this run nothing stands for.
        self._former: list[Interact] = []
        self._stack: list[Interact] = []
        # The same of the function that is evaluated.
        self._replaced: list[Interact] = []
        self.evaluating = False

    def install(self) -> None:
        """Let the boxes for text evaluate in this session."""
        texts.evaluator[:] = [self._evaluator.expression]

    @property
    def current(self) -> Interact | None:
        """The one whose function is being evaluated."""
        return self._stack[-1] if self._stack else None

    # ------------------------------------------------------------------------------------- cells

    def cell_begins(self, cell: RunFrame) -> None:
        """Close what this cell showed when it ran last; what it shows now takes the values over that were set."""
        self._stack.clear()
        self._replaced = []
        self._former = []
        for run, known in list(self._cells.items()):
            if known.cell == cell.cell:
                shown = self._of_run(run)
                self._former += [each for each in shown if each.outer is None]
                self._close(shown)

    def show(self, interact: Interact) -> None:
        """Show the controls here and evaluate the function for the first time.

        Raises:
            RuntimeError: no cell runs, or there are too many.
            ValueError: its layout does not fit.
        """
        run, cell = self._output.asking, self._evaluator.cell
        if not run or cell is None or cell.run != run:
            raise RuntimeError(NOT_HERE)
        # What the same place showed the last time: whoever moves an outer control does not lose what is inside.
        former = self._replaced if self.current is not None else self._former
        if former:
            interact.adopt(former[0])
        interact.size = size_of(interact.forms())
        # Before it gets a number: the next one must follow the last that was opened.
        going = self._replaced[0].size if self.current is not None and self._replaced else None
        self._room.check(run, interact.size, going)
        interact.outer = self.current
        interact.run, interact.channel = run, self._number(run)
        interact.area = self._output.new_area(shown=False)
        if interact.outer is not None:
            interact.outer.inner.append(interact)
        self._open[run, interact.channel] = interact
        self._room.take(run, interact.channel, interact.size)
        self._cells[run] = cell
        here = self._output.current_area
        self._output.tell(OpenFrame(run, interact.channel, INTERACT, interact.body(), here))
        self._evaluate(interact, first=True)
        self.told(interact)

    def _number(self, run: str) -> int:
        if self.current is None and self._former:
            self._former.pop(0)
        if self.current is not None and self._replaced:
            replaced = self._replaced.pop(0)
            self._close([replaced])
            return replaced.channel
        return self._room.number(run)

    # ------------------------------------------------------------------------------------- messages

    def message(self, said: MessageFrame) -> None:
        """Evaluate for what somebody has said; the last thing that is sent says that it is over."""
        interact = self._open.get((said.run, said.channel))
        patch: dict[str, Any] = {}
        if interact is not None:
            interact.take(said.body)
            if interact.is_wanted():
                self._evaluate_again(interact)
            if self._open.get((said.run, said.channel)) is interact:
                patch = interact.patch(said.body["values"])
        self._output.tell(StateFrame(said.run, said.channel, patch, True))

    def told(self, interact: Interact) -> None:
        """Tell pages what code has changed of one that is not being evaluated, if it has."""
        if self._open.get((interact.run, interact.channel)) is interact and interact not in self._stack:
            patch = interact.patch({})
            if any(patch.values()):
                self._output.tell(StateFrame(interact.run, interact.channel, patch, False))

    def close(self, frame: CloseFrame) -> None:
        """Close one that nobody sees any more."""
        interact = self._open.get((frame.run, frame.channel))
        if interact is not None:
            self._close([interact])

    def _evaluate_again(self, interact: Interact) -> None:
        cell = self._cells[interact.run]
        self.evaluating = True
        try:
            with self._output.reopened(interact.run, interact.area):
                self._evaluator.again(cell, lambda: self._evaluate(interact))
        finally:
            self.evaluating = False
            self._stack.clear()

    # ------------------------------------------------------------------------------------- inside

    def _evaluate(self, interact: Interact, *, first: bool = False) -> None:
        """Call the function; what goes wrong is shown in its place, but for what ends the cell itself."""
        replaced, self._replaced = self._replaced, interact.inner
        interact.inner = []
        self._stack.append(interact)
        steady, stage.steady = stage.steady, True
        try:
            with self._output.area(interact.area):
                self._call(interact, first=first)
        finally:
            stage.steady = steady
            self._close(self._replaced)
            self._replaced = replaced
            if self._stack and self._stack[-1] is interact:
                self._stack.pop()

    def _call(self, interact: Interact, *, first: bool) -> None:
        arguments = interact.arguments()
        if interact.errors and not first:
            # What was shown for the values before stays, and so do the interacts in it.
            interact.inner, self._replaced = self._replaced, []
            return
        if not first:
            self._output.clear(interact.area, wait=True)
        if not interact.errors:
            try:
                value = self._evaluator.background.finished(interact.function(**arguments))
                if value is not None:
                    stage.value(value, last=False)
                flush_figures()
            except Exception as error:
                self._evaluator.show_problem(error)
        self._output.clear_waiting(interact.area)

    def _of_run(self, run: str) -> list[Interact]:
        return [each for (known, _), each in self._open.items() if known == run]

    def _close(self, interacts: Iterable[Interact]) -> None:
        for interact in list(interacts):
            self._close(interact.inner)
            if self._open.get((interact.run, interact.channel)) is not interact:
                continue
            del self._open[interact.run, interact.channel]
            self._output.tell(CloseFrame(interact.run, interact.channel))
            self._room.give_back(interact.run, interact.channel)
            if not self._of_run(interact.run):
                self._cells.pop(interact.run, None)
