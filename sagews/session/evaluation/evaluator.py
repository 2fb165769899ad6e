"""Runs one cell: compiles it, runs its steps, shows values, reports what went wrong. A cell never ends the loop."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from sagews.discovery import modules
from sagews.session import hints
from sagews.session.analysis.names import NOTHING
from sagews.session.analysis.shape import shape_of
from sagews.session.display.displayhook import stage
from sagews.session.display.written_files import written_files
from sagews.session.evaluation import engines, sources
from sagews.session.evaluation import tracebacks as failures
from sagews.session.evaluation.background import Background
from sagews.session.evaluation.beginning import Beginning
from sagews.session.evaluation.compiler import Compiler, Step
from sagews.session.evaluation.history import History
from sagews.session.evaluation.loaded import Loaded
from sagews.session.evaluation.modes import Modes
from sagews.session.hints.table import Failed, Hint, hints_for
from sagews.session.magics.shell import Shell
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.output import SessionOutput
from sagews.wire.session.frames import ErrorFrame, RunFrame

# Characters of a cell in which changes are tried, each of which reads it anew: some milliseconds.
LONGEST_ADVISED = 10_000
# Imported before the fork, as all that an error needs.
ADVISERS = tuple(modules(hints))


class Evaluator:
    """The evaluation half of a session.

    Args:
        output: where everything that is shown goes.
        interrupts: opened while a cell runs.
        loaded: the flavour: the globals of all cells, and their language.

    Attributes:
        before_done: called when a cell is over, before that is said.
    """

    def __init__(self, output: SessionOutput, interrupts: Interrupts, loaded: Loaded) -> None:
        self.namespace = loaded.namespace
        self._output = output
        self._interrupts = interrupts
        self.shell = Shell(self, loaded.original)
        self.language = "python" if loaded.preparse is None else "sage"
        self._history = History(loaded.namespace)
        self._modes = Modes(loaded.preparse)
        self._compiler = Compiler(self.python)
        self._names = NOTHING
        self.background = Background()
        self.beginning = Beginning(self.attempt)
        self._process = os.getpid()
        self.before_done: Callable[[], None] = lambda: None
        # What runs, or is evaluated again for an interact that it showed.
        self.cell: RunFrame | None = None

    def run(self, run: RunFrame) -> float:
        """Evaluate a cell and send everything about it, `done` last; return the seconds that it took."""
        self._interrupts.renew()
        self.cell = run
        self._output.begin(run.run)
        stage.run = run.run
        started, cpu = time.perf_counter(), time.process_time()
        written_files.begin()
        status = self._status(run)
        if os.getpid() != self._process:
            self._end_child(status)
        seconds = time.perf_counter() - started
        self.attempt(written_files.show)
        self.before_done()
        self._output.finish(status, seconds, time.process_time() - cpu, shape_of(run.source), self._names)
        return seconds

    def _status(self, run: RunFrame) -> str:
        self.language = run.mode
        self._names = NOTHING
        self._history.cell(run.number, run.source)
        self.beginning.before_cell(self.namespace)
        problem = self.attempt(lambda: self._work(run))
        if problem is None:
            return "ok"
        if isinstance(problem, KeyboardInterrupt):
            self._output.stopping()
        # Figures that were begun are shown although the cell failed; what the first failure says comes first.
        self.attempt(flush_figures)
        self._report(run, problem)
        if not isinstance(problem, KeyboardInterrupt):
            return "error"
        engines.check(self.attempt)
        return "interrupted"

    def again(self, run: RunFrame, work: Callable[[], Any]) -> None:
        """Do what belongs to a cell that is over, as the cell itself was run; what goes wrong is shown."""
        self._interrupts.renew()
        self.cell, self.language = run, run.mode
        stage.run = run.run

        def whole() -> None:
            work()
            self.background.turn()
            flush_figures()

        problem = self.attempt(whole)
        if os.getpid() != self._process:
            self._end_child("ok" if problem is None else "error")
        if problem is not None:
            if isinstance(problem, KeyboardInterrupt):
                self._output.stopping()
            self.attempt(flush_figures)
            self._report(run, problem)
            if isinstance(problem, KeyboardInterrupt):
                engines.check(self.attempt)

    def show_problem(self, problem: BaseException) -> None:
        """Show what went wrong in a part of what runs that ends, while the rest goes on."""
        run, found = self.cell, list[Hint]()
        if run is None:
            return
        with contextlib.suppress(Exception):
            found.extend(hints_for(self._failed(run, problem)))
        self._output.show(self._described(run, problem, [hint.fields() for hint in found]), now=False)

    def attempt(self, work: Callable[[], Any]) -> BaseException | None:
        """Do work that is user code; return what it raised. Only in here does an interrupt raise."""
        try:
            self._interrupts.run(work)
        except BaseException as exception:
            return exception
        return None

    def _report(self, run: RunFrame, problem: BaseException) -> None:
        """Send the error; even its text is user code that may fail or be interrupted."""
        hints = self._hints(run, problem)
        if self.attempt(lambda: self._output.show(self._described(run, problem, hints), now=False)):
            name = failures.bounded(type(problem).__name__, 200)
            self._output.show(ErrorFrame(run.run, name, "Its text can't be shown.", (), name), now=False)

    def _described(self, run: RunFrame, problem: BaseException, hints: list[dict[str, Any]]) -> ErrorFrame:
        return failures.describe(run.run, problem, places=self.shell.xmode != "Minimal", hints=hints)

    def _hints(self, run: RunFrame, problem: BaseException) -> list[dict[str, Any]]:
        """Return advice. What is asked for it is user code; if that fails or is interrupted, there is none."""
        found: list[Hint] = []
        failed = self._failed(run, problem)
        self.attempt(lambda: found.extend(hints_for(failed)))
        return [hint.fields() for hint in found]

    def _failed(self, run: RunFrame, problem: BaseException) -> Failed:
        line = failures.line_in(problem, sources.latest(run.cell))

        def compiles(source: str) -> bool:
            return len(source) <= LONGEST_ADVISED and self._modes.can_be_read(source, run.mode)

        return Failed(problem, run.source, line, run.mode, self.namespace, compiles)

    def _work(self, run: RunFrame) -> None:
        self._execute(run)
        self.background.turn()
        flush_figures()

    def _execute(self, run: RunFrame) -> None:
        filename = sources.register(run.cell, run.number, run.source)
        prepared = self._modes.prepare(run.source, run.mode, self.shell)
        self.language = prepared.language
        if prepared.apply is not None:
            with prepared.around:
                prepared.apply()
            return
        steps = self._compiler.steps(prepared.source, filename, run.shows)
        self._names = self._compiler.names
        with prepared.around:
            self._take(steps, run.number)

    def _take(self, steps: list[Step], number: int) -> None:
        """Run the steps of a cell, and show the values of its expressions."""
        for step in steps:
            value = self._step(step)
            if step.expression and value is not None:
                self._history.value(number, value)
                if not (step.called and _is_drawing(value, self.namespace, step)):
                    stage.value(value, last=step is steps[-1])

    def evaluate(self, source: str) -> Any:
        """Run text as part of the running cell, in its language; return the value of its last expression."""
        prepared = self._modes.prepare(source, self.language, self.shell)
        value = None
        with prepared.around:
            if prepared.apply is not None:
                prepared.apply()
                return None
            for step in self._compiler.steps(prepared.source, sources.part(source), "last"):
                value = self._step(step)
        return value

    def expression(self, text: str) -> Any:
        """Return the value of one expression in the language of the cell."""
        code = compile(self.python(text).strip(), "<input>", "eval")
        return eval(code, self.namespace)  # noqa: S307 - as what stands in cells

    def python(self, source: str) -> str:
        """Return text in the language of the running cell as Python."""
        return self._modes.python(source, self.language)

    def remove(self, names: str) -> str:
        """Delete names, or put back what the session began with; return those that cells had made."""
        original, gone = self.shell.original, {}
        for name in names.split():
            if name in self.namespace and self.namespace[name] is not original.get(name, self):
                gone[name] = self.namespace.pop(name)
                self.namespace.update({name: original[name]} if name in original else {})
        removed = " ".join(gone)
        # What is deleted may have code of its own for its end.
        self.attempt(gone.clear)
        return removed

    def _step(self, step: Step) -> Any:
        # Running what people write is what a session is for; the jail bounds what it can do.
        value = eval(step.code, self.namespace)  # noqa: S307
        return self.background.awaited(value) if step.awaits else value

    def _end_child(self, status: str) -> None:
        """A process that the cell forked came to the cell's end: it has no place in the loop."""
        sys.stdout.flush()
        os._exit(0 if status == "ok" else 1)


def _is_drawing(value: Any, names: dict[str, Any], step: Step) -> bool:
    figures = sys.modules.get("sagews.session.display.figures")
    return figures is not None and figures.is_drawing(value, names, step.called, given=step.given)


def flush_figures() -> None:
    """Show and close the figures that matplotlib holds, if it is loaded."""
    figures = sys.modules.get("sagews.session.display.figures")
    if figures is not None:
        figures.flush()
