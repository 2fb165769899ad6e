"""The physical floor: what a fork, a socket pair and a bare websocket cost here, with nothing of ours between them."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from benchmarks.jupyter import free_port
from benchmarks.measure import Stopwatch

ECHO = """
import sys
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet import reactor

class Echo(WebSocketServerProtocol):
    def onOpen(self):
        self.transport.setTcpNoDelay(True)
    def onMessage(self, payload, isBinary):
        self.sendMessage(payload, isBinary)

factory = WebSocketServerFactory()
factory.protocol = Echo
reactor.listenTCP(int(sys.argv[1]), factory, interface="127.0.0.1")
reactor.run()
"""


def _child(end: socket.socket) -> None:
    """What a forked session does at the least: a session of its own, a limit, another uid, and evaluate."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    while code := end.recv(65536):
        end.sendall(str(eval(code.decode(), {})).encode())  # noqa: S307 - the floor evaluates only what stands below
    os._exit(0)


def fork_to_result() -> float:
    """Fork a bare child and return the seconds until it has answered `1+1`."""
    watch = Stopwatch()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _child(theirs)
    theirs.close()
    ours.sendall(b"1+1")
    ours.recv(64)
    seconds = watch.seconds
    ours.close()
    os.waitpid(pid, 0)
    return seconds


@asynccontextmanager
async def echo() -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Run a bare autobahn echo server and yield a websocket to it."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", ECHO, str(port)])
    try:
        async with aiohttp.ClientSession() as http:
            for _ in range(200):
                try:
                    websocket = await http.ws_connect(f"ws://127.0.0.1:{port}")
                    break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
            else:
                raise RuntimeError("the echo server did not start")
            yield websocket
            await websocket.close()
    finally:
        process.terminate()
        process.wait(10)


async def echo_round_trips(count: int) -> list[float]:
    """Return the seconds of each of many small echoes, one after the other."""
    times = []
    async with echo() as websocket:
        for number in range(count + 20):
            watch = Stopwatch()
            await websocket.send_str(json.dumps({"type": "run", "number": number, "source": "1+1"}))
            await websocket.receive(timeout=10)
            if number >= 20:
                times.append(watch.seconds)
    return times
