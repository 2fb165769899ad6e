"""Runs the jail's own probes in the first child that is made, and judges them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

from sagews.model.identifiers import new_id
from sagews.model.sessions import Limits
from sagews.wire.launcher import READ, Exited, StartJob

JOB = "self_test"
SECONDS = 30
MAX_ANSWER = 16 * 1024

Verdict = Callable[[dict[str, Any], str], None]


class SelfTest:
    """One run of the probes (session/jobs/self_test.py).

    Args:
        limits: of the child.
        verdict: called with what goes into the report, and the breaches in words ("" if there are none).
    """

    def __init__(self, limits: Limits, verdict: Verdict) -> None:
        self.id = new_id()
        self._limits = limits
        self._verdict = verdict
        # Never waited on: the launcher reads it after the job's end, and a full pipe would hold up the probe and not
        # us.
        self._answer, self._write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._began = time.monotonic()

    def begin(self) -> tuple[StartJob, list[int]]:
        """Return the job and its descriptors."""
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        # Without a workspace: nobody's files are there while nobody knows yet whether the jail is tight.
        job = StartJob(self.id, JOB, None, READ, {}, SECONDS, self._limits)
        return job, [null, self._write, os.dup(null)]

    def finish(self, ended: Exited) -> None:
        """Read what the job printed and give the verdict. The job has ended, so nothing is waited for."""
        try:
            text = os.read(self._answer, MAX_ANSWER)
        except BlockingIOError:
            text = b""
        os.close(self._answer)
        try:
            results = json.loads(text)
            safe, unsafe = len(results["safe"]), [str(name) for name in results["unsafe"]]
        # A probe that crashed proves nothing, so it counts as a breach.
        except (ValueError, KeyError, TypeError):
            safe, unsafe = 0, [f"it did not answer and ended with {ended.reason} {ended.status}"]
        seconds = round(time.monotonic() - self._began, 2)
        self._verdict({"safe": safe, "unsafe": unsafe, "seconds": seconds}, ", ".join(unsafe))
