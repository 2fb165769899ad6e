"""A port is taken before the daemon goes into the background, or refused with a sentence."""

from __future__ import annotations

import socket

from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.ops.listening import bind


class BindTests(SynchronousTestCase):
    """Binding on loopback."""

    def test_connections_wait(self) -> None:
        """A connection made before anybody accepts is kept in the queue."""
        listening = bind("127.0.0.1", 0, "the site")
        self.addCleanup(listening.close)
        with socket.create_connection(listening.getsockname(), 2) as client:
            accepted, address = listening.accept()
            accepted.close()
            self.assertEqual(address, client.getsockname())

    def test_taken(self) -> None:
        """A taken port is refused with its number."""
        listening = bind("127.0.0.1", 0, "the site")
        self.addCleanup(listening.close)
        port = listening.getsockname()[1]
        error = self.assertRaises(SagewsError, bind, "127.0.0.1", port, "the site")
        self.assertIn(str(port), str(error))

    def test_foreign_address(self) -> None:
        """An address that is not ours is refused."""
        self.assertRaises(SagewsError, bind, "192.0.2.1", 80, "the site")
