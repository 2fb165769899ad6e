"""Temporary folders for tests; trial's own `mktemp` leaves folders beside the checkout when pytest runs the tests."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any


def scratch_folder(test: Any) -> Path:
    """Return a fresh folder that is removed after the test."""
    folder = tempfile.TemporaryDirectory(prefix="sagews-test-")
    test.addCleanup(folder.cleanup)
    return Path(folder.name)
