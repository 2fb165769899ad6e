"""Speaks with systemd, or whatever manages services as it does: the protocols of sd_notify(3) and sd_listen_fds(3).

Twisted has the second only. Both begin with environment variables, which are read once and taken out of the
environment: no child of ours may speak in the daemon's name, or take its sockets for its own.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from twisted.internet.endpoints import serverFromString

from sagews.errors import SagewsError

Environment = MutableMapping[str, str]


class Notifier:
    """Tells the service manager how the daemon is; does nothing where there is none.

    Args:
        path: of its datagram socket; "@" begins one in the abstract namespace. "" for none.
        watchdog_seconds: within which it wants to hear that the daemon lives; 0 for never.
    """

    def __init__(self, path: str = "", watchdog_seconds: float = 0.0) -> None:
        self._socket: socket.socket | None = None
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self.watchdog_seconds = watchdog_seconds
        if path:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)

    def say(self, **state: str) -> bool:
        """Send assignments, for instance READY="1"; False where nobody heard it."""
        if self._socket is None:
            return False
        # Line breaks would begin another assignment.
        lines = (f"{name}={value}".replace("\n", " ") for name, value in state.items())
        try:
            self._socket.sendto("\n".join(lines).encode(), self._address)
        except OSError:
            # A manager that is restarting, or whose queue is full, asks again by its own clock.
            return False
        return True

    def close(self) -> None:
        """Say nothing any more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def take_notifier(environment: Environment, pid: int) -> Notifier:
    """Return what the environment names, and take it out of there.

    Args:
        environment: usually os.environ.
        pid: of this process; what is meant for another one's watchdog is not for us.
    """
    path = environment.pop("NOTIFY_SOCKET", "")
    wanted, meant = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", str(pid))
    seconds = int(wanted) / 1_000_000 if wanted.isdecimal() and meant == str(pid) else 0.0
    return Notifier(path if path[:1] in ("/", "@") else "", seconds)


@dataclass(frozen=True, slots=True)
class Inherited:
    """Sockets that listen already, by the name that their unit gives them (FileDescriptorName=)."""

    sockets: dict[str, socket.socket]

    def take(self, name: str, port: int) -> socket.socket | None:
        """Return a socket by its name, or None where there is none.

        Raises:
            SagewsError: `configuration` when it listens on another port than the settings say: links would be wrong.
        """
        found = self.sockets.pop(name, None)
        if found is None:
            return None
        bound = found.getsockname()[1]
        if bound != port:
            found.close()
            reason = (
                f"The service manager listens on port {bound} for {name}, the settings say {port}. Make them agree."
            )
            raise SagewsError("configuration", reason=reason)
        found.setblocking(False)
        return found

    def close(self) -> None:
        """Close what nobody took."""
        while self.sockets:
            self.sockets.popitem()[1].close()


def take_sockets(reactor: Any, names: Iterable[str]) -> Inherited:
    """Return the sockets of these names that this process was started with.

    Only stream sockets that listen on an address of the network are ours to take.
    """
    found: dict[str, socket.socket] = {}
    for name in names:
        try:
            # Twisted reads the environment when this module of its is loaded, and takes it out of there.
            endpoint = serverFromString(reactor, f"systemd:domain=INET:name={name}")
        except KeyError:
            continue
        os.set_inheritable(endpoint.fileno, False)
        listening = socket.socket(fileno=endpoint.fileno)
        if listening.family in (socket.AF_INET, socket.AF_INET6) and listening.type == socket.SOCK_STREAM:
            found[name] = listening
        else:
            listening.close()
    return Inherited(found)
