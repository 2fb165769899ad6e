"""Output widgets: what is printed and shown in one stands in an area of the cell that shows it, wherever it comes from.

An Output that nobody has shown yet keeps it in an area that no page looks at, of the cell that runs; when it is shown
by that cell nothing has to move. By another one, what was kept of it is shown there once more, and from then on the
area there is its own.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.output.areas.recording import Shown
from sagews.session.output.output import SessionOutput
from sagews.session.widgets.models import Model
from sagews.session.widgets.translation.table import OUTPUT
from sagews.wire.session.areas import OWN
from sagews.wire.session.frames import ErrorFrame

# Bytes that are kept of what one holds, beside the area itself: what is older goes.
MOST_KEPT = 1024 * 1024

Entry = dict[str, Any]


class HeldOutput:
    """What one Output holds, as notebooks have it (a Recorder of output/areas/recording.py).

    Attributes:
        home: the run and the area where it stands; None while there is none.
        entries: outputs of nbformat.
    """

    def __init__(self) -> None:
        self.home: tuple[str, int] | None = None
        self.entries: list[Entry] = []
        self.told: tuple[Entry, ...] = ()
        self.replaying = False

    def text(self, name: str, text: str) -> None:
        """See Recorder."""
        if self.replaying:
            return
        last = self.entries[-1] if self.entries else None
        if last is not None and last.get("output_type") == "stream" and last.get("name") == name:
            self.entries[-1] = {**last, "text": last["text"] + text}
        else:
            self.entries.append({"output_type": "stream", "name": name, "text": text})
        self._trim()

    def shown(self, value: Shown) -> None:
        """See Recorder."""
        if self.replaying:
            return
        if isinstance(value, ErrorFrame):
            self.entries.append(
                {"output_type": "error", "ename": value.name, "evalue": value.message, "traceback": [value.plain]}
            )
        else:
            data, metadata = dict(value.data), dict(value.metadata)
            self.entries.append({"output_type": "display_data", "data": data, "metadata": metadata})
        self._trim()

    def cleared(self) -> None:
        """See Recorder."""
        if not self.replaying:
            self.entries.clear()

    def gone(self) -> None:
        """See Recorder."""
        self.home = None

    def _trim(self) -> None:
        size = sum(_size(each) for each in self.entries)
        while size > MOST_KEPT and len(self.entries) > 1:
            size -= _size(self.entries.pop(0))


def _size(entry: Entry) -> int:
    return sum(len(part) for part in (*entry.get("data", {}).values(), entry.get("text", "")) if isinstance(part, str))


class Outputs:
    """Those of one session.

    Args:
        output: where everything that is shown goes.
        where: returns the run and the area in which a widget is shown; None for one that is not.
    """

    def __init__(self, output: SessionOutput, where: Callable[[str], tuple[str, int] | None]) -> None:
        self._output = output
        self._where = where
        self._held: dict[str, HeldOutput] = {}
        # By thread: those of one are left in the order in which it entered them.
        self._entered: list[tuple[int, str, contextlib.ExitStack]] = []
        self._syncing = ""

    def area(self, model: Model, run: str) -> int | None:
        """Return the area of an Output in a run; None where it has none there."""
        held = self._held.get(model.id)
        return held.home[1] if held is not None and held.home is not None and held.home[0] == run else None

    def place(self, model: Model, run: str, here: int) -> bool:
        """Let an Output stand in a run from now on, with what it holds; returns whether it stood elsewhere."""
        if model.name != OUTPUT:
            return False
        held = self._held.setdefault(model.id, HeldOutput())
        if held.home is not None and held.home[0] == run and self._output.has_area(*held.home):
            return False
        self._move(held, run, here)
        return True

    def _move(self, held: HeldOutput, run: str, here: int) -> None:
        with self._output.elsewhere(run, here):
            area = self._output.new_area(shown=False)
        self._leave(held)
        held.home = (run, area)
        self._output.recorders[held.home] = held
        if held.entries:
            self._fill(held)

    def _fill(self, held: HeldOutput, begin: int = 0) -> None:
        """Show what is held once more, or what has come to it."""
        if held.home is None:
            return
        held.replaying = True
        try:
            # Not whole: it may wait for a worker that does not read, and must hear an interrupt then.
            with self._output.elsewhere(*held.home):
                for entry in held.entries[begin:]:
                    _show(self._output, entry)
        finally:
            held.replaying = False

    def _leave(self, held: HeldOutput) -> None:
        if held.home is not None:
            self._output.recorders.pop(held.home, None)
            held.home = None

    def run_gone(self, run: str) -> None:
        """Learn that nobody sees the output of a run any more."""
        for held in self._held.values():
            if held.home is not None and held.home[0] == run:
                self._leave(held)

    # ------------------------------------------------------------------------------------- with out:

    def enter(self, widget: Any) -> None:
        """Have what is printed and shown from now on stand in an Output."""
        held = self._held.setdefault(widget.model_id, HeldOutput())
        with contextlib.ExitStack() as stack:
            self._redirect(widget, held, stack)
            self._entered.append((threading.get_ident(), widget.model_id, stack.pop_all()))

    def _redirect(self, widget: Any, held: HeldOutput, stack: contextlib.ExitStack) -> None:
        if threading.current_thread() is not threading.main_thread() or stage.is_captured:
            return
        if held.home is None or not self._output.has_area(*held.home):
            where = self._where(widget.model_id)
            run, here = where or (self._output.current_run, self._output.current_area)
            if not run:
                # Between cells, of a task, before anybody has shown it: there is no place for it.
                return
            self._move(held, run, here if self._output.has_area(run, here) else OWN)
        if held.home is not None:
            stack.callback(setattr, stage, "steady", stage.steady)
            # What it shows takes the place of what it showed.
            stage.steady = True
            stack.enter_context(self._output.elsewhere(*held.home))

    def leave(self, widget: Any) -> None:
        """End that."""
        own = [place for place, each in enumerate(self._entered) if each[0] == threading.get_ident()]
        if not own:
            return
        _, model, stack = self._entered.pop(own[-1])
        stack.close()
        held = self._held.get(model)
        if held is not None:
            self._sync(widget, held)

    def reset(self) -> None:
        """Forget what was entered and not left: its cell is over."""
        while self._entered:
            self._entered.pop()[2].close()

    def _sync(self, widget: Any, held: HeldOutput) -> None:
        """Let the widget know what it holds, as a page does in a notebook."""
        outputs = tuple(held.entries)
        if outputs == held.told:
            return
        held.told, self._syncing = outputs, widget.model_id
        try:
            widget.outputs = outputs
        finally:
            self._syncing = ""

    def changed(self, model: Model, changes: Iterable[str] | None) -> None:
        """Learn that the widget was given other outputs, or is closed."""
        if model.name != OUTPUT:
            return
        if changes is None:
            held = self._held.pop(model.id, None)
            if held is not None:
                self._leave(held)
        elif "outputs" in changes and model.id != self._syncing:
            self._given(self._held.setdefault(model.id, HeldOutput()), list(model.state.get("outputs") or ()))

    def _given(self, held: HeldOutput, outputs: list[Entry]) -> None:
        if held.home is not None and not self._output.has_area(*held.home):
            # Of a run that is so long ago that nothing is shown in it any more.
            self._leave(held)
        begin = len(held.entries) if outputs[: len(held.entries)] == held.entries else 0
        if not begin and held.entries and held.home is not None:
            with self._output.whole, self._output.elsewhere(*held.home):
                self._output.clear(held.home[1], wait=bool(outputs))
        held.entries, held.told = outputs, tuple(outputs)
        if len(outputs) > begin:
            self._fill(held, begin)


def _show(output: SessionOutput, entry: Entry) -> None:
    kind = entry.get("output_type")
    if kind == "stream":
        output.write("stderr" if entry.get("name") == "stderr" else "stdout", str(entry.get("text", "")))
    elif kind == "error":
        stage.publish({"text/plain": f"{entry.get('ename')}: {entry.get('evalue')}"}, {})
    elif isinstance(entry.get("data"), dict):
        stage.publish(entry["data"], entry.get("metadata") or {})
