"""What a worker lets one session do, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a worker lets one session do. Sizes in bytes, times in seconds.

    Attributes:
        window: unacknowledged output from which on a session is not read.
        run_output: output of one run; what is beyond it is dropped and counted, and the run is interrupted.
        overrun: dropped bytes of one run after which its session ends: to read and drop costs as much as to take.
        frame_seconds: within which a frame that has begun must be complete.
        start_seconds: within which a session must be able to take an evaluation.
        answer_seconds: within which completions and inspections must be answered.
        aside_seconds: the same while a cell runs; a thread of the session answers at once, or can't.
        run_seconds: wall-clock time of one run.
        linger_seconds: between the end of the stream and a kill, or the other way round.
        unsent: bytes that may wait for a session that does not read.
        questions: completions and inspections under way.
    """

    window: int = 512 * 1024
    run_output: int = 16 * 1024 * 1024
    overrun: int = 8 * 1024 * 1024
    frame_seconds: float = 30.0
    start_seconds: float = 60.0
    answer_seconds: float = 5.0
    aside_seconds: float = 0.3
    run_seconds: float = 24 * 3600.0
    linger_seconds: float = 1.0
    unsent: int = 4 * 1024 * 1024
    questions: int = 8
