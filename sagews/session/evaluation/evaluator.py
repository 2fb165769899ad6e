"""Runs one cell: compiles it, runs its steps, shows values, reports what went wrong. A cell never ends the loop."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation import sources
from sagews.session.evaluation import tracebacks as failures
from sagews.session.evaluation.compiler import Compiler, Step
from sagews.session.evaluation.loaded import Loaded
from sagews.session.evaluation.modes import Modes
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.output import SessionOutput
from sagews.wire.session.frames import ErrorFrame, RunFrame

REMEMBERED = 16


class Evaluator:
    """The evaluation half of a session.

    Args:
        output: where everything that is shown goes.
        interrupts: opened while a cell runs.
        loaded: the flavour: the globals of all cells, and their language.
    """

    def __init__(self, output: SessionOutput, interrupts: Interrupts, loaded: Loaded) -> None:
        self.namespace = loaded.namespace
        self._output = output
        self._interrupts = interrupts
        self._modes = Modes(loaded.namespace, loaded.preparse)
        self._compiler = Compiler()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._values: deque[str] = deque()
        self._process = os.getpid()

    def run(self, run: RunFrame) -> float:
        """Evaluate a cell and send everything about it, `done` last; return the seconds that it took."""
        self._interrupts.renew()
        self._output.begin(run.run)
        stage.run = run.run
        started, cpu = time.perf_counter(), time.process_time()
        status = self._status(run)
        if os.getpid() != self._process:
            self._end_child(status)
        seconds = time.perf_counter() - started
        self._output.finish(status, seconds, time.process_time() - cpu)
        return seconds

    def _status(self, run: RunFrame) -> str:
        problem = self.attempt(lambda: self._work(run))
        if problem is None:
            return "ok"
        # Figures that were begun are shown although the cell failed; what the first failure says comes first.
        self.attempt(_flush_figures)
        self._report(run, problem)
        return "interrupted" if isinstance(problem, KeyboardInterrupt) else "error"

    def attempt(self, work: Callable[[], Any]) -> BaseException | None:
        """Do work that is user code; return what it raised. Only in here does an interrupt raise."""
        try:
            self._interrupts.run(work)
        except BaseException as exception:
            return exception
        return None

    def _report(self, run: RunFrame, problem: BaseException) -> None:
        """Send the error; even its text is user code that may fail or be interrupted."""
        if self.attempt(lambda: self._output.show(failures.describe(run.run, problem), now=False)):
            name = failures.bounded(type(problem).__name__, 200)
            self._output.show(ErrorFrame(run.run, name, "Its text can't be shown.", (), name), now=False)

    def _work(self, run: RunFrame) -> None:
        self._execute(run)
        _flush_figures()

    def _execute(self, run: RunFrame) -> None:
        filename = sources.register(run.cell, run.number, run.source)
        prepared = self._modes.prepare(run.source, run.mode)
        if prepared is None:
            return
        steps = self._compiler.steps(prepared.source, filename, run.shows)
        for step in steps:
            value = self._step(step)
            if step.expression and value is not None:
                self._remember(run.number, value)
                stage.value(value, last=step is steps[-1])
        if prepared.after is not None:
            prepared.after()

    def _step(self, step: Step) -> Any:
        # Running what people write is what a session is for; the jail bounds what it can do.
        value = eval(step.code, self.namespace)  # noqa: S307
        return self._awaited(value) if step.awaits else value

    def _awaited(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        loop = self._loop = self._loop or asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        finally:
            if not task.done():
                task.cancel()
                loop.run_until_complete(asyncio.wait([task], timeout=1))

    def _remember(self, number: int, value: Any) -> None:
        """Keep the last values as _, __, ___ and, for the latest few cells, _<number>."""
        names = self.namespace
        names["___"], names["__"], names["_"] = names.get("__"), names.get("_"), value
        name = f"_{number}"
        if name not in self._values:
            self._values.append(name)
        names[name] = value
        if len(self._values) > REMEMBERED:
            names.pop(self._values.popleft(), None)

    def _end_child(self, status: str) -> None:
        """A process that the cell forked came to the cell's end: it has no place in the loop."""
        sys.stdout.flush()
        os._exit(0 if status == "ok" else 1)


def _flush_figures() -> None:
    figures = sys.modules.get("sagews.session.display.figures")
    if figures is not None:
        figures.flush()
