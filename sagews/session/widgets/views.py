"""The widgets that a session shows: cells open them, what people say to them is given to the widgets, one at a time.

What is said while a cell runs waits for its end, as what is said to interacts. The callbacks of widgets are to
interrupts, output and budgets what a cell is; what they print stands below the widget that was moved.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation.evaluator import Evaluator
from sagews.session.interact.room import Room
from sagews.session.output.output import SessionOutput
from sagews.session.widgets.models import Model, Models
from sagews.session.widgets.outputs import Outputs
from sagews.session.widgets.translation.table import BUTTON
from sagews.session.widgets.tree import Tree
from sagews.session.widgets.view import MOST_PRINTED, View
from sagews.wire.session.channels import INTERACT, CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.frames import RunFrame
from sagews.wire.session.interact import size_of

NOT_HERE = "A widget can only be shown by the cell that runs, or within one that it shows: not from a thread."
# Of one message.
MOST_CLICKS = 100
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

    def __init__(self, output: SessionOutput, evaluator: Evaluator, room: Room) -> None:
        self._output = output
        self._evaluator = evaluator
        self._room = room
        self.models = Models()
        self.outputs = Outputs(output)
        self.models.changed += [self.outputs.changed, self._changed]
        self._open: dict[tuple[str, int], View] = {}
        self._cells: dict[str, RunFrame] = {}
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
        here = self._output.current_area
        tree = Tree(self.models, model.id, lambda each: self.outputs.area(each, run))
        for each in tree.models():
            self.outputs.place(each, run, here)
        size = size_of(tree.shown().forms)
        self._make_room(run, size)
        channel = self._room.number(run)
        area = self._output.new_area(shown=False)
        view = View(run, channel, here, area, tree)
        self._open[run, channel] = view
        self._room.take(run, channel, size)
        if cell is not None:
            self._cells.setdefault(run, cell)
        self._output.tell(OpenFrame(run, channel, INTERACT, view.body(), here))

    def _make_room(self, run: str, size: int) -> None:
        """Let the oldest of a cell that shows too many stay as they are, and hear nothing more."""
        self._room.check(size)
        own = [view for view in self._open.values() if view.run == run]
        if own and self._room.is_full(run):
            self._close(own[0])

    def cell_begins(self, cell: RunFrame) -> None:
        """Close what this cell showed when it ran last."""
        for run, known in list(self._cells.items()):
            if known.cell == cell.cell:
                self.outputs.run_gone(run)
                for view in [view for view in self._open.values() if view.run == run]:
                    self._close(view)

    def close(self, frame: CloseFrame) -> None:
        """Close one that nobody sees any more."""
        view = self._open.get((frame.run, frame.channel))
        if view is not None:
            self.outputs.run_gone(view.run)
            self._close(view)

    def _close(self, view: View) -> None:
        del self._open[view.run, view.channel]
        self._room.give_back(view.run, view.channel)
        self._output.tell(CloseFrame(view.run, view.channel))
        if not any(each.run == view.run for each in self._open.values()):
            self._cells.pop(view.run, None)

    # ------------------------------------------------------------------------------------- what widgets say

    def _changed(self, model: Model, changes: Iterable[str] | None) -> None:
        """Learn that a model has changed, in whatever thread it did."""
        for view in [view for view in self._open.values() if view.concerns(model.id)]:
            if changes is None and model.id == view.tree.root:
                self._output.tell(StateFrame(view.run, view.channel, view.emptied(), False))
                self._close(view)
                continue
            if changes is not None and "children" in changes:
                self._place_outputs(view)
            if view.touch():
                self._tell(view)
            else:
                self._output.wake()

    def _place_outputs(self, view: View) -> None:
        if threading.current_thread() is threading.main_thread():
            for each in view.tree.models():
                self.outputs.place(each, view.run, view.here)

    @property
    def due(self) -> float | None:
        """See Timed (output/placed.py)."""
        return min((view.due for view in list(self._open.values()) if view.due is not None), default=None)

    def flush_due(self, now: float) -> None:
        """See Timed."""
        for view in list(self._open.values()):
            if view.due is not None and now >= view.due:
                self._tell(view)

    def cell_ends(self) -> None:
        """Tell everything that has changed."""
        self.outputs.reset()
        for view in list(self._open.values()):
            if view.due is not None:
                self._tell(view)

    def _tell(self, view: View) -> None:
        patch = view.patch()
        if patch:
            self._output.tell(StateFrame(view.run, view.channel, patch, False))

    # ------------------------------------------------------------------------------------- what people say

    def message(self, said: MessageFrame) -> bool:
        """Give a widget what somebody has said to it; the last thing that is sent says that it is over.

        Returns:
            Whether it was for a widget.
        """
        view = self._open.get((said.run, said.channel))
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
                self._evaluator.again(cell, lambda: self._take(view, said.body))
        finally:
            self.evaluating = False
        with self._output.whole:
            still = self._open.get((said.run, said.channel)) is view
            patch = view.patch() if still else {}
            self._output.tell(StateFrame(said.run, said.channel, patch, True))
        return True

    def _take(self, view: View, said: Mapping[str, Any]) -> None:
        pressed = said.get("pressed")
        view.heard(said["values"])
        for name, wire in said["values"].items():
            model = view.tree.model(name)
            if model is None:
                continue
            if model.name != BUTTON:
                model.set(view.tree.traits(name, wire))
                self._touch_others(view, model)
                continue
            clicks = max(wire - view.tree.presses.get(name, 0), 1 if name == pressed else 0)
            view.tree.presses[name] = wire
            for _ in range(min(clicks, MOST_CLICKS)):
                model.custom({"event": "click"})
        submitted = view.tree.model(pressed) if pressed is not None else None
        if submitted is not None and submitted.name != BUTTON:
            submitted.custom({"event": "submit"})

    def problem(self, problem: Exception) -> None:
        """Show what went wrong in a callback, or within an Output."""
        self._evaluator.show_problem(problem)

    def _touch_others(self, view: View, model: Model) -> None:
        """Tell those who see the same widget elsewhere."""
        for each in self._open.values():
            if each is not view and each.concerns(model.id):
                each.touch()
        self._output.wake()
