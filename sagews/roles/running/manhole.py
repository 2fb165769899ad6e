"""Wires the console for operators: off unless the settings name a file of keys."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from twisted.conch.ssh.keys import FingerprintFormats, Key
from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IListeningPort

from sagews.config.settings import ROLES
from sagews.ops.listening import bind
from sagews.ops.manhole.console import Console, ManholeFactory
from sagews.ops.manhole.keys import AuthorizedKeys, KeyChecker, host_key, read_authorized
from sagews.roles.component import Component, DaemonContext
from sagews.roles.running.operator_commands import OperatorCommands


class Manhole(Component):
    """The console of this daemon."""

    name = "the console"
    roles: ClassVar[frozenset[str]] = frozenset(ROLES)
    status_name = "manhole"

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._keys: AuthorizedKeys | None = None
        self._own: Key | None = None
        self._listening: socket.socket | None = None
        self._port: IListeningPort | None = None
        self._address: str | None = None

    def prepare_privileged(self, account: tuple[int, int]) -> None:
        """Read who may enter, make the daemon's own key, and take the port."""
        section = self.daemon.settings.manhole
        if not section.keys:
            return
        self._keys = read_authorized(Path(section.keys))
        owner = account if os.geteuid() == 0 else None
        self._own = host_key(self.daemon.layout.keys / "manhole.key", owner)
        behind = min(ROLES.index(role) for role in self.daemon.roles)
        port = 0 if section.port is None else section.port + behind
        self._listening = bind(section.host, port, "the console")

    async def start(self) -> None:
        """Let operators in."""
        if self._listening is None or self._keys is None or self._own is None:
            return
        host, port = self._listening.getsockname()[:2]
        self._address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        console = Console(self.daemon.reactor, OperatorCommands(self.daemon).table(), {"daemon": self.daemon})
        factory = ManholeFactory(console, KeyChecker(self._keys), self._own)
        self._port = self.daemon.reactor.adoptStreamPort(self._listening.fileno(), self._listening.family, factory)
        self._listening.close()

    async def stop(self, seconds: float) -> None:
        """Let nobody in any more."""
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)

    def describe(self) -> Mapping[str, Any]:
        """Return where it is, and by which key it is known."""
        fingerprint = None if self._own is None else f"SHA256:{_fingerprint(self._own)}"
        return {"address": self._address, "key": fingerprint}


def _fingerprint(key: Key) -> str:
    # As OpenSSH shows it.
    return str(key.fingerprint(FingerprintFormats.SHA256_BASE64)).rstrip("=")
