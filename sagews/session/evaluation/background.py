"""The event loop of a session: awaits at the top of a cell, and tasks that go on between cells.

A cell is no coroutine, so that `asyncio.run` works in it; but `asyncio.create_task` wants a running loop. Ours gives it
the session's, which runs while a cell awaits, for a moment when a cell ends, and while the session waits for the next.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_create_task = asyncio.create_task


class Background:
    """One event loop, made when it is first needed."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The session's loop."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        # Somebody's asyncio.run() leaves none behind.
        asyncio.set_event_loop(self._loop)
        return self._loop

    def awaited(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end; an interrupt cancels it."""
        loop = self.loop
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        finally:
            if not task.done():
                task.cancel()
                loop.run_until_complete(asyncio.wait([task], timeout=1))

    def finished(self, value: Any) -> Any:
        """Return what a function returned, which may be a coroutine that has still to be run."""
        return self.awaited(value) if asyncio.iscoroutine(value) else value

    @property
    def waiting(self) -> bool:
        """Whether tasks are left that would go on."""
        return self._loop is not None and not self._loop.is_closed() and bool(asyncio.all_tasks(self._loop))

    def turn(self) -> None:
        """Let tasks that can go on do so once, for instance those that the cell which ends has just begun."""
        if self.waiting:
            self.loop.run_until_complete(asyncio.sleep(0))

    def until_readable(self, descriptor: int) -> None:
        """Run tasks until something can be read from a descriptor; at once when there is no task."""
        if not self.waiting:
            return
        loop = self.loop
        loop.add_reader(descriptor, loop.stop)
        try:
            loop.run_forever()
        finally:
            loop.remove_reader(descriptor)

    def install(self) -> None:
        """Let `asyncio.create_task` outside of coroutines give tasks to this loop."""
        asyncio.create_task = asyncio.tasks.create_task = self._task_creator()

    def _task_creator(self) -> Callable[..., asyncio.Task[Any]]:
        def create_task(coro: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
            """Return a task that runs a coroutine in the running loop, else in the session's."""
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                if threading.current_thread() is threading.main_thread():
                    return self.loop.create_task(coro, **options)
            return _create_task(coro, **options)

        return create_task
