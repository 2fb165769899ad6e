"""The fake session host of other tests keeps the contract of real ones."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from tests.contracts.session_host import ChannelContract, SessionHostContract
from tests.fakes.session_host import FakeSessionHost


class FakeSessionHostTests(SessionHostContract, ChannelContract, TestCase):
    """The contract on the fake."""

    async def make_host(self) -> Any:
        """Return a fake on the real clock."""
        return FakeSessionHost(reactor)  # type: ignore[arg-type]
