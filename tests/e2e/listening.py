"""Something on loopback that notices whoever tries to reach it, by TCP or UDP."""

from __future__ import annotations

import selectors
import socket
import threading


class Listener:
    """Takes connections and datagrams on one port number and keeps what came; `close` ends it."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._stream = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._stream.getsockname()[1]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self.port))
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        with selectors.DefaultSelector() as selector:
            for each in (self._stream, self._datagrams, self._woken):
                selector.register(each, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._woken:
                        return
                    self._take(key.fileobj is self._stream)

    def _take(self, connection: bool) -> None:
        """Note a connection with its first bytes, or a datagram."""
        if not connection:
            self.received.append(b"UDP " + self._datagrams.recv(2048))
            return
        stream, _ = self._stream.accept()
        with stream:
            stream.settimeout(0.2)
            try:
                heard = stream.recv(2048)
            except OSError:
                heard = b""
            self.received.append(b"TCP " + heard)
            if heard.startswith(b"GET"):
                stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok")

    def close(self) -> None:
        """Stop listening."""
        self._wake.send(b"x")
        self._thread.join(5)
        for each in (self._stream, self._datagrams, self._wake, self._woken):
            each.close()
