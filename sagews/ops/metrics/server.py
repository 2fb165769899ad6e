"""A small HTTP server in threads of its own: it answers while the reactor computes, and says when that hangs.

GET /metrics        the figures, in Prometheus' text format or OpenMetrics
GET /health/live    200 while the reactor turns, else 503: restart it
GET /health/ready   200 while everything serves, else 503: send nobody here
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from twisted.logger import Logger

from sagews.ops.metrics.pulse import ReactorPulse

# Of one request, to arrive and to be answered; and so many at once. More are cut off: monitoring asks again.
REQUEST_SECONDS = 5.0
MOST_AT_ONCE = 8
PLAIN = "text/plain; charset=utf-8"

log = Logger()


class _Handler(BaseHTTPRequestHandler):
    timeout = REQUEST_SECONDS
    server: MetricsServer
    # Neither the version of Python nor ours is a stranger's business.
    server_version, sys_version = "sagews", ""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/metrics":
                self._metrics()
            case "/health/live":
                silent = "" if self.server.pulse.alive else "the reactor does not turn"
                self._health(silent)
            case "/health/ready":
                self._health(self.server.unready())
            case _:
                self._send(404, PLAIN, b"there are /metrics, /health/live and /health/ready\n")

    def _metrics(self) -> None:
        self.server.pulse.refresh()
        encode, content_type = choose_encoder(self.headers.get("Accept", ""))
        self._send(200, content_type, encode(self.server.registry))

    def _health(self, reason: str) -> None:
        self._send(503 if reason else 200, PLAIN, f"{reason or 'ok'}\n".encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: monitoring asks every few seconds."""


class MetricsServer(ThreadingHTTPServer):
    """The server.

    Args:
        listening: a socket that is bound; the server owns it from now on.
        registry: of the figures.
        pulse: the reactor's side.
        unready: says why nobody should be sent here, "" when all is well; called in any thread.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        listening: socket.socket,
        registry: CollectorRegistry,
        pulse: ReactorPulse,
        unready: Callable[[], str],
    ) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        listening.setblocking(True)
        self.socket = listening
        self.registry = registry
        self.pulse = pulse
        self.unready = unready
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._thread = threading.Thread(target=self.serve_forever, name="metrics", daemon=True)

    @property
    def address(self) -> str:
        """Where it answers, as host:port."""
        host, port = self.socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def begin(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def end(self) -> None:
        """Answer no more; waits for the thread that listens, in a thread that may wait."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, unless there are too many."""
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the place to the next."""
        # The handler's own limit is of each read: a byte now and then would hold a place for ever.
        limit = threading.Timer(REQUEST_SECONDS, _cut, (request,))
        limit.daemon = True
        limit.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            limit.cancel()
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what is no fault of the network: whoever asked may have gone, or was cut off."""
        if not isinstance(sys.exception(), OSError):
            log.failure("a question of monitoring failed")


def _cut(request: socket.socket) -> None:
    # It may have been answered and closed in this moment.
    with contextlib.suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)
