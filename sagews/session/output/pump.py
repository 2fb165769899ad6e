"""The session's one helper thread: it takes what lies in the pipes and flushes text that waited long enough.

It starts in the session, never before a fork, and with every signal blocked, so that SIGINT always finds the main
thread. It ends the process when the worker has gone. What it can't do: run while C code holds the interpreter's lock;
that is why short lines are sent by the thread that prints them (output.py).
"""

from __future__ import annotations

import os
import select
import socket
import threading

from sagews.session.output.interrupts import all_blocked
from sagews.session.output.output import SessionOutput

_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class Pump:
    """Waits on the pipes, the worker's socket and a flush that is due.

    Args:
        connection: the socket to the worker.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll = select.poll()

    def wake(self) -> None:
        """Let the thread look at its output again; safe from any thread."""
        os.eventfd_write(self._wake, 1)

    def start(self, output: SessionOutput) -> None:
        """Start the thread."""
        self._poll.register(self._wake, select.POLLIN)
        for descriptor in output.capture.descriptors:
            self._poll.register(descriptor, select.POLLIN)
        # Nothing is read here: the main loop does that. But the worker's end is noticed, whatever a cell computes.
        self._poll.register(self._socket, 0)
        thread = threading.Thread(target=self._run, args=(output,), name="sagews-output", daemon=True)
        # A thread inherits the mask: signals must arrive in the main thread, where Python handles them.
        with all_blocked():
            thread.start()

    def forked(self) -> None:
        """In a forked child, where the thread does not exist: let go of the worker's socket."""
        os.close(self._wake)
        self._socket.close()

    def close(self) -> None:
        """Give up what a pump holds that was never started."""
        os.close(self._wake)

    def _run(self, output: SessionOutput) -> None:
        timeout: float | None = None
        while True:
            for descriptor, event in self._poll.poll(None if timeout is None else timeout * 1000 + 1):
                if descriptor == self._wake:
                    os.eventfd_read(self._wake)
                elif event & _GONE and descriptor == self._socket.fileno():
                    os._exit(0)
            timeout = output.pump()
            self._watch(output)

    def _watch(self, output: SessionOutput) -> None:
        """Wait for the socket while frames wait; leave the pipes alone while too many do."""
        self._poll.modify(self._socket, select.POLLOUT if output.writer.pending else 0)
        for descriptor in output.capture.descriptors:
            self._poll.modify(descriptor, 0 if output.writer.full else select.POLLIN)
