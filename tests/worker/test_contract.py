"""LocalHost keeps the contract of every session host."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from sagews.worker.sessions.host import LocalHost
from tests.contracts.session_host import ChannelContract, SessionHostContract
from tests.worker.fakes import WORKER, FakeLauncher
from tests.worker.rig import Rig


class LocalHostContractTests(SessionHostContract, ChannelContract, TestCase):
    """In process, with scripted sessions on real sockets."""

    async def make_host(self) -> Any:
        """Return a host whose sessions end with the test."""
        launcher = FakeLauncher(reactor)
        host = LocalHost(reactor, launcher, WORKER)
        self.addCleanup(lambda: [launcher.end(session, "killed", -9) for session in list(launcher.listeners)])
        self.addCleanup(host.stop)
        return host


class RemoteHostContractTests(SessionHostContract, ChannelContract, TestCase):
    """Over AMP and mutual TLS on loopback."""

    async def make_host(self) -> Any:
        """Return the backend's end."""
        return await Rig(self, reactor).host()
