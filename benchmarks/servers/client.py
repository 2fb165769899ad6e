"""The websocket client of the floor and of Sage Workspaces: so cheap that it measures them and not itself.

With aiohttp the client took about as much processor time as the server that it measured, on the same two cores; picows
parses and masks frames in C. Which share of the processors the client took stands in every throughput result.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

WAIT_SECONDS = 120


class Connection(WSListener):
    """One websocket on which JSON objects go both ways; the answer to pings is picows' own."""

    def __init__(self) -> None:
        self.transport: WSTransport | None = None
        self.closed = ""
        self.pings = 0
        self._inbox: deque[bytes] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Note where frames go."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Keep a frame for whoever waits for it; a close frame is answered and its reason kept."""
        if frame.msg_type == WSMsgType.TEXT:
            self._inbox.append(frame.get_payload_as_bytes())
            self._wake()
        elif frame.msg_type == WSMsgType.PING:
            self.pings += 1
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            self.closed = f"{frame.get_close_code()} {frame.get_close_message()}"
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Let whoever waits learn it."""
        self.closed = self.closed or "without a word"
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message; raises RuntimeError when the connection is closed."""
        if self.closed or self.transport is None:
            raise RuntimeError(f"the websocket was closed: {self.closed}")
        self.transport.send(WSMsgType.TEXT, json.dumps(message).encode())

    async def receive(self) -> Any:
        """Return the next message; raises RuntimeError if the connection is closed, TimeoutError after two minutes."""
        while not self._inbox:
            if self.closed:
                raise RuntimeError(f"the websocket was closed: {self.closed}")
            self._waiting = asyncio.get_running_loop().create_future()
            # A handle of its own is cheaper than asyncio.wait_for, which makes a task and a context for each message.
            late = asyncio.get_running_loop().call_later(WAIT_SECONDS, self._waiting.cancel)
            try:
                await self._waiting
            except asyncio.CancelledError:
                if not late.cancelled() and late.when() <= asyncio.get_running_loop().time():
                    raise TimeoutError("nothing came over the websocket") from None
                raise
            finally:
                late.cancel()
        return json.loads(self._inbox.popleft())

    def ignore(self) -> None:
        """Drop all messages from now on, as they come."""
        self._inbox = deque(maxlen=0)

    async def close(self) -> None:
        """Say goodbye; the server need not answer."""
        if self.transport is not None and not self.closed:
            self.transport.send_close(1000)
            self.transport.disconnect()
            self.closed = "by us"


async def connect(url: str, headers: Mapping[str, str] | None = None) -> Connection:
    """Open a websocket."""
    _, connection = await ws_connect(
        Connection, url, extra_headers=dict(headers or {}), enable_auto_pong=False, websocket_handshake_timeout=60
    )
    if not isinstance(connection, Connection):
        raise RuntimeError("the connection was closed before the handshake was answered")
    return connection
