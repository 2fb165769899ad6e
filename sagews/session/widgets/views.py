"""The widgets that a session shows: cells open them, what people say to them is given to the widgets, one at a time.

What is said while a cell runs waits for its end, as what is said to interacts. The callbacks of widgets are to
interrupts, output and budgets what a cell is; what they print stands below the widget that was moved.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Container, Iterable, Mapping
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation.evaluator import Evaluator
from sagews.session.interact.room import ChannelRoom
from sagews.session.output.output import SessionOutput
from sagews.session.widgets.hearing import hear
from sagews.session.widgets.models import Model, Models
from sagews.session.widgets.outputs import Outputs
from sagews.session.widgets.tree import Tree
from sagews.session.widgets.view import INTERVAL, MOST_PRINTED, Pace, View
from sagews.wire.session.channels import INTERACT, CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.frames import RunFrame
from sagews.wire.session.interact import size_of

NOT_HERE = "A widget can only be shown by the cell that runs, or within one that it shows: not from a thread."
VIEW = "application/vnd.jupyter.widget-view+json"


class SessionWidgets:
    """All of one session.

    Args:
        output: where they are shown.
        evaluator: runs their callbacks.
        room: for those of the session, and its interacts.

    Attributes:
        models: what widgets have said of themselves.
        outputs: where those stand that hold what is printed.
        evaluating: whether a callback runs behind the end of its cell.
    """

    def __init__(self, output: SessionOutput, evaluator: Evaluator, room: ChannelRoom) -> None:
        self._output = output
        self._evaluator = evaluator
        self._room = room
        self.models = Models()
        self.outputs = Outputs(output, self._where)
        output.when_cleared = self._cleared
        self.models.changed += [self.outputs.changed, self._changed]
        self._views: list[View] = []
        self._openings = Pace(20, 20)
        self._states = Pace(80, 60)
        self._cells: dict[str, RunFrame] = {}
        # How much had come into an area when one was shown there, and slots there that are empty again.
        self._come: dict[tuple[str, int], int] = {}
        self._vacant: dict[tuple[str, int], tuple[int, int]] = {}
        self._soon = 0.0
        self.evaluating = False
        output.timed.append(self)

    # ------------------------------------------------------------------------------------- shown

    def display(self, data: Mapping[str, Any]) -> bool:
        """Show what a bundle of MIME types names; returns whether it does and could be shown."""
        form = data.get(VIEW)
        model = self.models.find(form.get("model_id")) if isinstance(form, dict) else None
        if model is None:
            return False
        try:
            self.show(model)
        except RuntimeError as error:
            stage.publish({"text/plain": str(error)}, {})
        return True

    def show(self, model: Model) -> None:
        """Show a widget where the cell shows things now.

        Raises:
            RuntimeError: no cell takes anything, or there are too many.
        """
        run, cell = self._output.current_run, self._evaluator.cell
        if not run or threading.current_thread() is not threading.main_thread():
            raise RuntimeError(NOT_HERE)
        if run not in self._cells and (cell is None or cell.run != run):
            # Of a run that is over, and shows none, nobody knows which numbers its channels had.
            raise RuntimeError(NOT_HERE)
        self._output.come_about()
        here = self._output.current_area
        tree = Tree(self.models, model.id, lambda each: self.outputs.area(each, run))
        for each in tree.models():
            self._place(each, run, here)
        size = size_of(tree.shown().forms)
        self._make_room(run)
        self._room.check(run, size)
        slot = self._slot(run, here)
        with self._output.area(slot):
            # What nobody can set calls nothing back.
            area = self._output.new_area(shown=False) if tree.shown().settable else slot
        view = View(run, here, slot, area, tree)
        self._views.append(view)
        self._room.take(run, -slot, size)
        if cell is not None:
            self._cells.setdefault(run, cell)
        if self._openings.may_go():
            self._tell(view)
        else:
            view.touch()
            self._output.wake()

    def _make_room(self, run: str) -> None:
        """Let the oldest of a cell that shows too many stay as they are, and hear nothing more."""
        own = [view for view in self._views if view.run == run]
        if own and self._room.is_full(run):
            if not own[0].channel:
                self._tell(own[0])
            self._close(own[0])

    def _slot(self, run: str, here: int) -> int:
        """Return the area for one that is about to be shown.

        A bar that shows progress takes the place of the last one that went, if nothing came behind that.
        """
        slot, come = self._vacant.pop((run, here), (0, 0))
        if not (slot and come == self._output.come and self._output.has_area(run, slot)):
            slot = self._output.new_area()
        self._come[run, slot] = self._output.come
        return slot

    def cell_begins(self, cell: RunFrame) -> None:
        """Close what this cell showed when it ran last."""
        self._vacant.clear()
        for run, known in list(self._cells.items()):
            if known.cell == cell.cell:
                self.outputs.run_gone(run)
                for view in [view for view in self._views if view.run == run]:
                    self._close(view)

    def close(self, frame: CloseFrame) -> None:
        """Close one that nobody sees any more."""
        view = self._find(frame)
        if view is not None:
            self.outputs.run_gone(view.run)
            self._close(view)

    def _find(self, frame: MessageFrame | CloseFrame) -> View | None:
        return next((each for each in self._views if (each.run, each.channel) == (frame.run, frame.channel)), None)

    def _close(self, view: View, *, gone: bool = False) -> None:
        with self._output.whole:
            if view not in self._views:
                return
            self._views.remove(view)
            self._room.give_back(view.run, -view.slot)
            if view.channel:
                self._output.tell(CloseFrame(view.run, view.channel))
        come = self._come.pop((view.run, view.slot), 0)
        if gone:
            self._vacant[view.run, view.here] = view.slot, come
        if gone and view.channel:
            self._room.leave(view.run, view.channel)
        if not any(each.run == view.run for each in self._views):
            self._cells.pop(view.run, None)

    # ------------------------------------------------------------------------------------- what widgets say

    def _changed(self, model: Model, changes: Iterable[str] | None) -> None:
        """Learn that a model has changed, in whatever thread it did."""
        for view in [view for view in self._views if view.concerns(model.id)]:
            if changes is None and model.id == view.tree.root:
                self._take_away(view)
                continue
            if changes is not None and "children" in changes:
                self._place_outputs(view)
            if view.touch() and self._states.may_go():
                self._tell(view)
            else:
                self._output.wake()

    def _take_away(self, view: View) -> None:
        """Let nothing be seen any more of a widget that was closed."""
        if not view.channel:
            self._close(view, gone=True)
            return
        with contextlib.suppress(RuntimeError), self._output.whole, self._output.elsewhere(view.run, view.slot):
            # What was in it is closed by that.
            self._output.clear(view.slot)

    def _place_outputs(self, view: View) -> None:
        if threading.current_thread() is threading.main_thread():
            for each in view.tree.models():
                self._place(each, view.run, view.here)

    def _place(self, model: Model, run: str, here: int) -> None:
        if self.outputs.place(model, run, here):
            # Where it was shown before there is nothing of it any more.
            self._touch(model)

    def _touch(self, model: Model, but: View | None = None) -> None:
        for each in self._views:
            if each is not but and each.concerns(model.id):
                each.touch()
        self._output.wake()

    def _where(self, model: str) -> tuple[str, int] | None:
        """Return the run and the area in which a widget is shown, the last time if it is several times."""
        shown = [(view.run, view.here) for view in self._views if view.concerns(model)]
        return shown[-1] if shown else None

    def _cleared(self, run: str, areas: Container[int]) -> None:
        """Close what was shown in areas that were cleared."""
        for view in [view for view in self._views if view.run == run and view.slot in areas]:
            self._close(view, gone=True)

    @property
    def due(self) -> float | None:
        """See Timed (output/areas/recording.py)."""
        due = min((view.due for view in list(self._views) if view.due is not None), default=None)
        return None if due is None else max(due, self._soon)

    def flush_due(self, now: float) -> None:
        """See Timed."""
        # Those that wait longest first: what many change at once is told bit by bit.
        waiting = [(view.due, place, view) for place, view in enumerate(self._views) if view.due is not None]
        for due, _, view in sorted(waiting):
            if now < due:
                return
            if not self._states.may_go():
                self._soon = now + INTERVAL
                return
            self._tell(view)

    def cell_ends(self) -> None:
        """Tell everything that has changed."""
        self.outputs.reset()
        for view in list(self._views):
            if view.due is not None:
                self._tell(view)

    def _tell(self, view: View) -> None:
        """Tell that one is shown, or what has changed of it."""
        # Whole: what is read later is told later, in whichever thread.
        with self._output.whole:
            if view not in self._views:
                # Closed meanwhile, by another thread: nothing may be said over its channel any more.
                return
            if not view.channel:
                self._begin(view)
            elif patch := view.patch():
                self._output.tell(StateFrame(view.run, view.channel, patch, False))

    def _begin(self, view: View) -> None:
        try:
            view.channel = self._room.number(view.run)
        except RuntimeError as error:
            self._close(view)
            with contextlib.suppress(RuntimeError), self._output.elsewhere(view.run, view.slot):
                stage.publish({"text/plain": str(error)}, {})
            return
        self._output.tell(OpenFrame(view.run, view.channel, INTERACT, view.body(), view.slot))

    # ------------------------------------------------------------------------------------- what people say

    def message(self, said: MessageFrame) -> bool:
        """Give a widget what somebody has said to it; the last thing that is sent says that it is over.

        Returns:
            Whether it was for a widget.
        """
        view = self._find(said)
        if view is None:
            return False
        cell = self._cells[view.run]
        self.evaluating = True
        try:
            with self._output.reopened(view.run, view.area):
                if view.printed >= MOST_PRINTED:
                    self._output.clear(view.area, wait=True)
                    view.printed = 0
                view.printed += 1
                self._evaluator.again(cell, lambda: hear(view, said.body, self._touch))
        finally:
            self.evaluating = False
        with self._output.whole:
            patch = view.patch() if view in self._views else {}
            self._output.tell(StateFrame(said.run, said.channel, patch, True))
        return True

    def problem(self, problem: Exception) -> None:
        """Show what went wrong in a callback, or within an Output."""
        self._evaluator.show_problem(problem)
