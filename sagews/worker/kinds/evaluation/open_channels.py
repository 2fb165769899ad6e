"""The channels that the running cell has open, counted again outside of the jail: only over these anything is said."""

from __future__ import annotations

from sagews.errors import SagewsError
from sagews.wire.session.framing import ProtocolError


class OpenChannels:
    """Those of one run: one at a time, counted from 1, each of which takes one message."""

    __slots__ = ("_latest", "_open", "_used")

    def __init__(self) -> None:
        self._latest = 0
        self._open = self._used = False

    def open(self, channel: int) -> None:
        """Take a channel that the cell opens.

        Raises:
            ProtocolError: another one is open, or it is not the next one.
        """
        if self._open or channel != self._latest + 1:
            raise ProtocolError("a channel that can't be opened")
        self._latest, self._open, self._used = channel, True, False

    def close(self, channel: int) -> None:
        """Take that the cell closes a channel; raises ProtocolError for one that is not open."""
        if not self._open or channel != self._latest:
            raise ProtocolError("a channel that is not open")
        self._open = False

    def use(self, channel: int) -> None:
        """Note that something is passed on over a channel; raises SagewsError `channel-closed` where nothing can be."""
        if not self._open or self._used or channel != self._latest:
            raise SagewsError("channel-closed")
        self._used = True
