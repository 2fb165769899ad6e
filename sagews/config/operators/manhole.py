"""A console inside the running daemon, for its operators."""

from __future__ import annotations

from sagews.config.section import HostName, Port, Section


class ManholeSection(Section, frozen=True, kw_only=True):
    """The SSH console; there is none while `keys` is empty.

    Attributes:
        keys: path of a file of public keys, in the form of OpenSSH's authorized_keys: whoever has one of them may do
            with the daemon whatever Python can. Their comments name them in the log.
        host: an address of this machine.
        port: by default any free one, which `sagews status` names. Daemons of one settings file that play other roles
            take those behind it: frontend, backend, worker, log in this order.
    """

    keys: str = ""
    host: HostName = "127.0.0.1"
    port: Port | None = None
