"""Waits for a packet: for the processes inside the sealed root, which have nothing else to do meanwhile."""

from __future__ import annotations

import select
import socket
from typing import Any

from sagews.kernel.packets import Channel


def hear(channel: Channel) -> tuple[dict[str, Any], list[int]]:
    """Wait for the next packet; return its object and its descriptors.

    Raises:
        EOFError: when the other side has closed.
    """
    while True:
        received = channel.hear()
        if received is not None:
            return received
        select.select([channel], [], [])


def take_channel(descriptor: int) -> Channel:
    """Return a channel over a received descriptor, which it owns from now on."""
    return Channel(socket.socket(fileno=descriptor))
