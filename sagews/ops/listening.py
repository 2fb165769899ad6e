"""Sockets that listen before the daemon goes into the background, so that a taken port is an error on the terminal.

Twisted's own endpoints swallow a taken port in a service. A socket bound here is adopted by the reactor once everything
behind it is ready; until then connections wait in the kernel's queue.
"""

from __future__ import annotations

import socket

from sagews.errors import SagewsError

# Thousands of pages come back in one second after a restart; what does not fit is tried again by the kernel after a
# second.
BACKLOG = 1024


def bind(host: str, port: int, what: str) -> socket.socket:
    """Return a listening, non-blocking socket.

    Args:
        host: an address or name of this machine.
        port: 1 to 65535, or 0 for any free one.
        what: names it in the error, for instance "the site".

    Raises:
        SagewsError: `configuration` when the address is taken or is not ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SagewsError("configuration", reason=f"{what} can't listen on {host}: {error.strerror}.") from None
    try:
        # Or a restart would have to wait a minute for the last connections of the one before.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        why = error.strerror if isinstance(error, OSError) else "there is no such port"
        reason = f"{what} can't listen on {host} port {port}: {why}. Choose another port or stop who has it."
        raise SagewsError("configuration", reason=reason) from None
    listening.setblocking(False)
    return listening
