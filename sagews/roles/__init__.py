"""The composition root: the one place where objects of all folders are built and wired."""

from sagews.roles.daemon import Daemon
from sagews.roles.sockets import SOCKET_NAMES, Sockets, bind_sockets

__all__ = ["SOCKET_NAMES", "Daemon", "Sockets", "bind_sockets"]
