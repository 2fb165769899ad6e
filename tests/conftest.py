"""What holds for all tests, wherever they are started."""

from __future__ import annotations

import signal
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: examples have no time limit.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

# A shell that runs us in the background has SIGINT ignored, and what is ignored stays so in every daemon that a test
# starts and wants to stop by it; a handler is not inherited by another program.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Run a test of real programs a second time when it fails, and say so: it is unsteady, and listed as RERUN.

    On a machine whose cores others use one in a thousand of them meets a moment that it did not wait for. One that
    fails twice fails, and nothing else is ever run twice.
    """
    for item in items:
        if item.get_closest_marker("slow") is not None:
            item.add_marker(pytest.mark.flaky(reruns=1))
