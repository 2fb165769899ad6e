"""The composition root: the one place where objects of all folders are built and wired."""

from sagews.roles.daemon import Daemon
from sagews.roles.sockets import Sockets, bind_sockets

__all__ = ["Daemon", "Sockets", "bind_sockets"]
