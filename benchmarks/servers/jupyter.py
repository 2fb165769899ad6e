"""jupyter_server with ipykernel, as shipped, or with Nagle's algorithm off, or with a Sage kernel."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.measure import free_port

# jupyter_server's websocket handler never turns Nagle's algorithm off; this is the patch that a user could make.
NODELAY = """
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
original = KernelWebsocketHandler.open
async def opened(self, kernel_id):
    self.set_nodelay(True)
    return await original(self, kernel_id)
KernelWebsocketHandler.open = opened
"""
LIFTED = (
    "--ZMQChannelsWebsocketConnection.iopub_data_rate_limit=1e12",
    "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=1e9",
)


class Kernel:
    """One kernel and the websocket to it."""

    def __init__(self, server: Server, identity: str, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self.server = server
        self.identity = identity
        self.websocket = websocket

    async def send(self, code: str) -> str:
        """Send an execute request and return its id."""
        message = uuid.uuid4().hex
        header = {
            "msg_id": message,
            "msg_type": "execute_request",
            "username": "",
            "session": "b",
            "version": "5.3",
            "date": "",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        await self.websocket.send_str(
            json.dumps(
                {
                    "header": header,
                    "parent_header": {},
                    "metadata": {},
                    "content": content,
                    "channel": "shell",
                    "buffers": [],
                }
            )
        )
        return message

    async def messages(self, parent: str) -> AsyncIterator[dict[str, Any]]:
        """Yield what answers a request, the last of which is the idle status or the reply."""
        seen: set[str] = set()
        while not {"idle", "execute_reply"} <= seen:
            received = await self.websocket.receive(timeout=120)
            if received.type is not aiohttp.WSMsgType.TEXT:
                raise RuntimeError(f"jupyter closed the websocket: {received.type}")
            message = json.loads(received.data)
            if message["parent_header"].get("msg_id") != parent:
                continue
            kind = message["header"]["msg_type"]
            seen.add(message["content"].get("execution_state", kind) if kind == "status" else kind)
            yield message

    async def result(self, code: str) -> str:
        """Evaluate and return the plain text of the result."""
        parent = await self.send(code)
        text = ""
        async for message in self.messages(parent):
            if message["header"]["msg_type"] == "execute_result":
                text = message["content"]["data"]["text/plain"]
        return text

    async def evaluate(self) -> None:
        """Execute `1+1` and check what came."""
        if (text := await self.result("1+1")) != "2":
            raise RuntimeError(f"1+1 gave {text}")

    async def use(self, source: str) -> None:
        """Evaluate something else."""
        await self.result(source)

    async def stream_bytes(self, code: str) -> int:
        """Evaluate and return how many characters of output arrived."""
        parent = await self.send(code)
        total = 0
        async for message in self.messages(parent):
            if message["header"]["msg_type"] == "stream":
                total += len(message["content"]["text"])
        return total

    async def interrupt(self) -> None:
        """Interrupt by the HTTP API, as the page does."""
        await self.server.post(f"/api/kernels/{self.identity}/interrupt")

    async def restart(self) -> None:
        """Restart, and connect anew as JupyterLab does."""
        await self.websocket.close()
        await self.server.post(f"/api/kernels/{self.identity}/restart")
        self.websocket = await self.server.connect(self.identity)

    async def close(self) -> None:
        """Shut the kernel down."""
        await self.websocket.close()
        await self.server.delete(f"/api/kernels/{self.identity}")


class Server:
    """A running jupyter_server."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, token: str, http: aiohttp.ClientSession) -> None:
        self.pid = process.pid
        self.base = f"127.0.0.1:{port}"
        self.headers = {"Authorization": f"token {token}"}
        self.http = http

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST to the API."""
        async with self.http.post(f"http://{self.base}{path}", json=body or {}, headers=self.headers) as response:
            response.raise_for_status()
            return json.loads(await response.text() or "null")

    async def delete(self, path: str) -> None:
        """DELETE through the API."""
        async with self.http.delete(f"http://{self.base}{path}", headers=self.headers) as response:
            response.raise_for_status()

    async def connect(self, identity: str) -> aiohttp.ClientWebSocketResponse:
        """Open the websocket of a kernel."""
        url = f"ws://{self.base}/api/kernels/{identity}/channels?session_id={uuid.uuid4().hex}"
        return await self.http.ws_connect(url, headers=self.headers, max_msg_size=0)

    async def kernel(self, name: str = "python3") -> Kernel:
        """Start a kernel and connect to it."""
        identity = (await self.post("/api/kernels", {"name": name}))["id"]
        return Kernel(self, identity, await self.connect(identity))


def _write_kernel(folder: Path, name: str, argv: list[str]) -> None:
    place = folder / "kernels" / name
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": "python"}))


@asynccontextmanager
async def jupyter(*, nodelay: bool = False, lifted: bool = False, sage: str | None = None) -> AsyncIterator[Server]:
    """Run jupyter_server.

    Args:
        nodelay: with Nagle's algorithm off on its websockets.
        lifted: with its limits on the rate of output lifted.
        sage: the virtual environment that holds Sage, for a kernel named "sage".
    """
    with tempfile.TemporaryDirectory() as folder:
        port, token = free_port(), secrets.token_hex(16)
        place = Path(folder)
        _write_kernel(
            place / "data", "python3", [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        )
        if sage:
            argv = [f"{sage}/bin/python", "-m", "sage.repl.ipython_kernel", "-f", "{connection_file}"]
            _write_kernel(place / "data", "sage", argv)
        (place / "config.py").write_text(NODELAY if nodelay else "")
        command = [
            sys.executable, "-m", "jupyter_server", "--ip=127.0.0.1", f"--port={port}", "--no-browser", "--allow-root",
            f"--config={place / 'config.py'}", f"--ServerApp.root_dir={folder}", *(LIFTED if lifted else ()),
        ]  # fmt: skip
        environment = {**os.environ, "JUPYTER_TOKEN": token, "JUPYTER_PATH": str(place / "data")}
        for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
            environment[name] = str(place / name.lower())
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        async with aiohttp.ClientSession() as http:
            server = Server(process, port, token, http)
            try:
                await until_ready(server)
                yield server
            finally:
                process.terminate()
                process.wait(30)


async def until_ready(server: Server) -> None:
    """Wait until it answers."""
    for _ in range(600):
        try:
            async with server.http.get(f"http://{server.base}/api/status", headers=server.headers) as response:
                if response.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)
    raise RuntimeError("jupyter_server did not start")
