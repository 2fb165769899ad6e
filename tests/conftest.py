"""What holds for all tests, wherever they are started."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: examples have no time limit.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

# A shell that runs us in the background has SIGINT ignored, and what is ignored stays so in every daemon that a test
# starts and wants to stop by it; a handler is not inherited by another program.
signal.signal(signal.SIGINT, signal.default_int_handler)
