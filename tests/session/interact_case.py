"""The base of tests of interacts in real sessions: the worker's end of one."""

from __future__ import annotations

from typing import Any

from sagews.wire.session.areas import ClearFrame
from sagews.wire.session.channels import CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.frames import DisplayFrame, ErrorFrame, FromSession, ResultFrame, StreamFrame
from sagews.wire.session.grammar import encode

from .flavour_case import FlavourCase


def opened(frames: list[FromSession]) -> list[OpenFrame]:
    """Return the interacts that were opened."""
    return [frame for frame in frames if isinstance(frame, OpenFrame)]


def closed(frames: list[FromSession]) -> list[int]:
    """Return the channels that were closed."""
    return [frame.channel for frame in frames if isinstance(frame, CloseFrame)]


def cleared(frames: list[FromSession]) -> list[tuple[int, bool]]:
    """Return which areas were cleared, and whether with what came next."""
    return [(frame.area, frame.wait) for frame in frames if isinstance(frame, ClearFrame)]


def shown(frames: list[FromSession], area: int) -> str:
    """Return what is shown in an area, as text."""
    found = ""
    for frame in frames:
        if isinstance(frame, ClearFrame) and frame.area == area:
            found = ""
        elif isinstance(frame, StreamFrame) and frame.area == area:
            found += frame.text
        elif isinstance(frame, (ResultFrame, DisplayFrame)) and frame.area == area:
            found += f"{frame.data.get('text/plain')}\n"
        elif isinstance(frame, ErrorFrame) and frame.area == area:
            found += f"{frame.name}: {frame.message}\n"
    return found


class InteractCase(FlavourCase):
    """Cells that show controls, and people who move them."""

    mode = "python"

    def shows(self, source: str) -> tuple[OpenFrame, list[FromSession]]:
        """Run a cell with one interact; return it and all frames."""
        frames = self.session.run(source, self.mode)
        [found] = opened(frames)
        return found, frames

    def controls(self, source: str) -> dict[str, dict[str, Any]]:
        """Return the controls that a cell shows, by name."""
        found, _ = self.shows(source)
        return {control["name"]: control for control in found.body["controls"]}

    def tell(self, interact: OpenFrame, pressed: str | None = None, **values: Any) -> None:
        """Say something to one."""
        body = {"values": values, "serial": 1} | ({} if pressed is None else {"pressed": pressed})
        self.session.connection.sendall(encode(MessageFrame(interact.run, interact.channel, body)))

    def say(self, interact: OpenFrame, pressed: str | None = None, **values: Any) -> list[FromSession]:
        """Say something and return what follows, up to the end of the evaluation."""
        self.tell(interact, pressed, **values)
        return self.evaluated()

    def evaluated(self) -> list[FromSession]:
        """Return what comes up to the end of an evaluation."""
        found: list[FromSession] = []
        while not found or not (isinstance(found[-1], StateFrame) and found[-1].over):
            found.append(self.session.next())
        return found

    def result(self, interact: OpenFrame, pressed: str | None = None, **values: Any) -> str:
        """Say something and return what is shown for it."""
        return shown(self.say(interact, pressed, **values), interact.body["area"])
