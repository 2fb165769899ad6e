"""Finds out what of the host a session interpreter needs, and under which neutral names the sealed root shows it.

A virtual environment is rebuilt as a skeleton: only its `lib`, `share` and `etc` are the host's; `pyvenv.cfg` and the
links in `bin` are ours, because the host's hold host paths. An interpreter that is not the system's appears as
/srv/python, wherever it lies, even below a folder that only root may enter.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sagews.errors import SagewsError
from sagews.wire.zygote import HOME, USER_NAME

SYSTEM_PREFIX = Path("/usr")
INTERPRETER = "/srv/venv/bin/python"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An interpreter in the sealed root.

    Attributes:
        binds: path in the sealed root → path on the host.
        links: path in the sealed root → target of the symbolic link there.
        files: path in the sealed root → text.
        libraries: folder for LD_LIBRARY_PATH, or empty. Without it an interpreter at a new place silently takes the
            system's libpython of another version.
    """

    binds: Mapping[str, Path] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    libraries: str = ""


def examine(executable: Path) -> Interpreter:
    """Return what the interpreter needs.

    Raises:
        SagewsError: `configuration` if there is none.
    """
    # A virtual environment's python is a link to one elsewhere, whose library must come along.
    real = Path(os.path.realpath(executable))
    if not os.access(real, os.X_OK):
        raise SagewsError("configuration", reason=f"There is no Python interpreter at {executable} that can be read.")
    venv = executable.parent.parent
    prefix = real.parent.parent
    binds = _venv_binds(venv) if (venv / "pyvenv.cfg").is_file() else {}
    home = real.parent
    libraries = ""
    # The system's own is in the sealed root already, at its own place.
    if prefix != SYSTEM_PREFIX:
        binds |= {f"/srv/python/{name}": prefix / name for name in ("bin", "lib")}
        home, libraries = Path("/srv/python/bin"), "/srv/python/lib"
    # Links of our own and no files of the environment: those have paths of the host in their first lines.
    names = {"python", "python3", real.name}
    return Interpreter(
        binds=binds,
        links={f"/srv/venv/bin/{name}": str(home / real.name) for name in names} | {"/srv/venv/lib64": "lib"},
        files={"/srv/venv/pyvenv.cfg": f"home = {home}\ninclude-system-site-packages = false\n"},
        libraries=libraries,
    )


def _venv_binds(venv: Path) -> dict[str, Path]:
    return {f"/srv/venv/{name}": venv / name for name in ("lib", "share", "etc") if (venv / name).is_dir()}


def environment(interpreter: Interpreter) -> dict[str, str]:
    """Return the whole environment of a zygote and its sessions: nothing of the daemon's is in it.

    One thread for every numerical library: threads do not survive a fork.
    """
    values = {
        "PATH": "/srv/venv/bin:/usr/bin:/bin",
        "HOME": HOME,
        "USER": USER_NAME,
        "LOGNAME": USER_NAME,
        "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",  # noqa: S108  (the session's own)
        # The host's zone would tell where it stands; people see times in their own zone, which the page knows.
        "TZ": "UTC",
        "DOT_SAGE": f"{HOME}/.sage",
        # Others look for a screen, fail, and are tried one after the other.
        "MPLBACKEND": "agg",
        "CYSIGNALS_CRASH_QUIET": "1",
    }
    values |= {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR", "BLIS")}
    return values | ({"LD_LIBRARY_PATH": interpreter.libraries} if interpreter.libraries else {})
