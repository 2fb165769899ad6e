"""Turns of a reactor with a clock moved by hand: Clock.advance does at once what is put off to the next turn."""

from __future__ import annotations

from twisted.internet.task import Clock


def turn(clock: Clock, seconds: float = 0.0) -> None:
    """Let time pass and make the calls that are due then, but none that these put off to the next turn."""
    clock.rightNow += seconds
    due = [call for call in clock.calls if call.getTime() <= clock.seconds()]
    for call in due:
        if call.active():
            clock.calls.remove(call)
            call.called = 1
            call.func(*call.args, **call.kw)
