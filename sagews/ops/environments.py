"""Where the Python of sessions lives: said by the settings, left by the build, or the daemon's own if that can compute.

A daemon that is started by hand, by `sagews start` or by a service manager finds the same environments as `make run`:
the build leaves their places inside of the version that it installs.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sagews.config.settings import Settings
from sagews.errors import SagewsError

LEFT_BY_BUILD = Path("share", "sagews", "environments.json")
_SITE = "lib/python3*/site-packages"


def session_environments(settings: Settings, prefix: Path | None = None) -> Mapping[str, Path]:
    """Return the virtual environment of each flavour.

    Args:
        settings: whose environments go before all others.
        prefix: of the daemon's own environment; by default of this process.

    Raises:
        SagewsError: `configuration` where there is none, or one has no interpreter.
    """
    prefix = Path(sys.prefix) if prefix is None else prefix
    chosen = {name: Path(path) for name, path in settings.sessions.environments.items()}
    chosen = chosen or left_by_build(prefix) or _own_environment(prefix)
    if not chosen:
        # A start that can't compute would answer "there is no flavour named sage" to the first person instead.
        reason = "no environment for sessions was built or named: run make run once, or set sessions.environments"
        raise SagewsError("configuration", reason=reason)
    for name, path in chosen.items():
        if not (path / "bin" / "python").exists():
            reason = f"the environment of {name}, {path}, has no bin/python: build it, or correct sessions.environments"
            raise SagewsError("configuration", reason=reason)
    return chosen


def left_by_build(prefix: Path) -> dict[str, Path]:
    """Return what the build left inside of an installed version; nothing where it left nothing."""
    try:
        found = msgspec.json.decode((prefix / LEFT_BY_BUILD).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}
    return {name: Path(path) for name, path in found.items()}


def _own_environment(prefix: Path) -> dict[str, Path]:
    if any(prefix.glob(f"{_SITE}/sage/all.py")):
        return {"sage": prefix, "python": prefix}
    return {"python": prefix} if any(prefix.glob(f"{_SITE}/numpy")) else {}
