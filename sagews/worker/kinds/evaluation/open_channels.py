"""The channels that a run has open, counted again outside of the jail: only over these anything is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.errors import SagewsError
from sagews.wire.session.channels import INTERACT, MAX_INTERACTS_OF_A_RUN
from sagews.wire.session.framing import ProtocolError


class OpenChannels:
    """Those of one run, counted from 1: one question at a time, which takes one answer, and several interacts."""

    __slots__ = ("_interacts", "_latest", "_question", "_used", "_were")

    def __init__(self) -> None:
        self._latest = 0
        self._question = 0
        self._used = False
        self._interacts: set[int] = set()
        # Numbers that interacts had, which others may get.
        self._were: set[int] = set()

    @property
    def interacts(self) -> int:
        """How many interacts are open."""
        return len(self._interacts)

    def open(self, body: Mapping[str, Any]) -> None:
        """Take a channel that the cell opens.

        Raises:
            ProtocolError: there are too many, or it is not the next one.
        """
        channel, lasts = body["channel"], body["kind"] == INTERACT
        again = lasts and channel in self._were
        if channel != self._latest + 1 and not again:
            raise ProtocolError("a channel that can't be opened")
        self._latest = max(self._latest, channel)
        if not lasts:
            if self._question:
                raise ProtocolError("a second question")
            self._question, self._used = channel, False
        elif len(self._interacts) >= MAX_INTERACTS_OF_A_RUN:
            raise ProtocolError("too many interacts of one cell")
        else:
            self._were.discard(channel)
            self._interacts.add(channel)

    def close(self, channel: int) -> None:
        """Take that the cell closes a channel; raises ProtocolError for one that is not open."""
        if channel in self._interacts:
            self._interacts.discard(channel)
            self._were.add(channel)
        elif channel == self._question:
            self._question = 0
        else:
            raise ProtocolError("a channel that is not open")

    def lasts(self, channel: int) -> bool:
        """Whether a channel is that of an interact."""
        return channel in self._interacts

    def use(self, channel: int) -> None:
        """Note that an answer is passed on; raises SagewsError `channel-closed` where none can be."""
        if self._used or channel != self._question:
            raise SagewsError("channel-closed")
        self._used = True

    def over(self) -> None:
        """Their cell is over, and with it the question that it had open."""
        self._question = 0
