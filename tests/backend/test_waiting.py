"""Connections that have not said who they are keep nobody out."""

from __future__ import annotations

from dataclasses import replace

from sagews.backend.connections.connection import Connection
from tests.backend.harness import BackendTestCase, Page


class WaitingTests(BackendTestCase):
    """Silent connections in masses, from one network and from many."""

    settings = replace(BackendTestCase.settings, max_waiting=20, max_waiting_of_one=5)

    def silent(self, network: str) -> list[int]:
        """Open a connection that says nothing; returns the codes with which it was closed, once it was."""
        closed: list[int] = []

        def close(code: int, reason: str) -> None:
            closed.append(code)
            connection.lost()
            self.backend._registry.remove(connection)

        connection = Connection(self.backend._connections, lambda data: None, close)
        self.backend._registry.add(connection, network)
        return closed

    def test_one_network(self) -> None:
        """Beyond its bound the oldest silent connection of a network goes; those of another stay."""
        other = self.silent("198.51.100.7")
        flood = [self.silent("192.0.2.1") for _ in range(12)]
        self.assertEqual([bool(closed) for closed in flood], [True] * 7 + [False] * 5)
        self.assertEqual(other, [])
        self.assertEqual(flood[0], [4408])

    def test_many_networks(self) -> None:
        """However many are silent, somebody with a ticket gets in, and who is in stays in."""
        before = self.opened()
        for number in range(100):
            self.silent(f"192.0.2.{number}")
        page = self.opened()
        for number in range(100, 200):
            self.silent(f"192.0.2.{number}")
        self.assertEqual((before.closed, page.closed), (None, None))
        self.assertEqual(len(self.backend._registry), 22)
        self.assertEqual(Page(self.backend).closed, None)
