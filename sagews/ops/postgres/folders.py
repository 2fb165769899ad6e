"""The cluster's folders: made for one account, initialised once, locked by one daemon, cleared of what a crash left.

Everything here blocks, so the service calls it in a thread.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagews.errors import SagewsError
from sagews.net.private_files import Owner, write_private
from sagews.ops.postgres.roles import SUPERUSER

SOCKET_NAME = ".s.PGSQL.5432"
# The kernel's sun_path has 108 bytes with the zero at the end; PostgreSQL says something else about it than how long it
# is.
LONGEST_SOCKET = 107
INITDB_SECONDS = 120
# For each of the three signals: a fast shutdown waits for a checkpoint.
ORPHAN_SECONDS = 15.0
# The daemon's own would bring PGDATA, PGOPTIONS and the like of whoever started it.
ENVIRONMENT = {"LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Account:
    """The account that runs the server, when it is not the daemon's own."""

    uid: int
    gid: int

    @property
    def owner(self) -> Owner:
        """Whom its files belong to."""
        return self.uid, self.gid

    @property
    def as_subprocess(self) -> dict[str, Any]:
        """Arguments of subprocess that change to this account."""
        # Without the last one root's groups would stay.
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class ClusterFolders:
    """Where a cluster lives: everything below one folder of mode 0700."""

    root: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.root / "data"

    @property
    def sockets(self) -> Path:
        """The folder of the unix socket."""
        return self.root / "run"

    @property
    def passwords(self) -> Path:
        """One file for each role's password."""
        return self.root / "passwords"

    @property
    def lock(self) -> Path:
        """Locked by the daemon that runs the cluster, for as long as it lives."""
        return self.root / "lock"


def prepare_folders(folders: ClusterFolders, account: Account | None) -> None:
    """Make the folders, each 0700, and check what initdb and the kernel demand.

    Raises:
        SagewsError: `configuration` when the server can't run as this account or the socket's path is too long.
    """
    _require_runnable(account.uid if account else os.getuid())
    socket = os.fsencode(folders.sockets / SOCKET_NAME)
    if len(socket) > LONGEST_SOCKET:
        raise SagewsError(
            "configuration",
            reason=f"The path {os.fsdecode(socket)} is longer than {LONGEST_SOCKET} bytes, which no socket can have. "
            "Choose a shorter data folder.",
        )
    for folder in (folders.root, folders.sockets, folders.passwords):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    if account is not None:
        for folder in (folders.root, folders.sockets):
            os.chown(folder, account.uid, account.gid)


def give_cluster(folders: ClusterFolders, account: Account) -> None:
    """Give what root made around a cluster to the account that will run it: passwords, the lock, their folders."""
    for path in (folders.root, folders.lock, folders.passwords, *folders.passwords.iterdir()):
        os.chown(path, account.uid, account.gid)


def _require_runnable(uid: int) -> None:
    if uid == 0:
        raise SagewsError("configuration", reason="PostgreSQL refuses to run as root. Give it a service account.")
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise SagewsError(
            "configuration", reason=f"The user id {uid} has no entry in /etc/passwd, which initdb needs. Add one."
        ) from None


def take_lock(folders: ClusterFolders) -> int:
    """Lock the cluster for this process and return the descriptor that holds the lock.

    Raises:
        SagewsError: `configuration` when another daemon runs it.
    """
    # A lock of the kernel: it is gone with the process, so a crash leaves nothing that a person has to remove.
    descriptor = os.open(folders.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise SagewsError(
            "configuration",
            reason=f"Another daemon runs the database in {folders.root}. Stop it, or configure its DSN.",
        ) from None
    return descriptor


def initialise(binaries: Path, folders: ClusterFolders, password: str, account: Account | None) -> None:
    """Make the cluster unless there is one; an attempt that was cut short is begun again.

    Raises:
        SagewsError: `configuration` with what initdb said.
    """
    if (folders.data / "PG_VERSION").exists():
        return
    password_file = folders.root / "initial-password"
    password_file.unlink(missing_ok=True)
    try:
        write_private(password_file, password.encode(), account.owner if account else None)
        building = folders.root / "data.new"
        _discard(building)
        _initdb(binaries, building, password_file, account)
        # Only when it is whole: initdb that is killed halfway leaves a folder that looks like a cluster.
        building.rename(folders.data)
    finally:
        # A password must not lie about because an attempt was killed.
        password_file.unlink(missing_ok=True)


def _discard(folder: Path) -> None:
    """Set aside what an attempt that was cut short left, under a name that says so."""
    if folder.exists():
        # Kept and not removed: we can't know that there is nothing in it that somebody wants.
        folder.rename(folder.with_name(f"data.failed-{time.time_ns()}"))


def _initdb(binaries: Path, data: Path, password_file: Path, account: Account | None) -> None:
    command = [str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "scram-sha-256", "-k"]
    command += [f"--pwfile={password_file}", "-E", "UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(  # noqa: S603  a program that we chose, no shell, an environment of our own
        command,
        env=ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=INITDB_SECONDS,
        check=False,
        start_new_session=True,
        **(account.as_subprocess if account else {}),
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SagewsError("configuration", reason=f"initdb failed: {said[-1] if said else done.returncode}")


def clear_leftovers(folders: ClusterFolders) -> None:
    """End a server that a killed daemon left behind, and remove a lock file whose process is gone or another program.

    Call with the lock held: then a server on this data folder can only be an orphan of ours.
    """
    lock_file = folders.data / "postmaster.pid"
    pid = _postmaster(lock_file)
    if pid is None:
        lock_file.unlink(missing_ok=True)
        return
    try:
        # From here on the number can't come to mean another process between looking at it and signalling it.
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        lock_file.unlink(missing_ok=True)
        return
    try:
        _end(process, pid, folders)
    finally:
        os.close(process)


def _end(process: int, pid: int, folders: ClusterFolders) -> None:
    # After a restart of the machine any program may have the number.
    if not _serves(pid, folders):
        (folders.data / "postmaster.pid").unlink(missing_ok=True)
        return
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        signal.pidfd_send_signal(process, number)
        if _gone(process, pid, folders, ORPHAN_SECONDS):
            (folders.data / "postmaster.pid").unlink(missing_ok=True)
            return
    raise SagewsError("configuration", reason=f"The old database server, process {pid}, can't be stopped. Stop it.")


def _gone(process: int, pid: int, folders: ClusterFolders, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            signal.pidfd_send_signal(process, 0)
        except ProcessLookupError:
            return True
        if not _serves(pid, folders):
            return True
        time.sleep(0.05)
    return False


def _postmaster(lock_file: Path) -> int | None:
    try:
        first = lock_file.read_text("ascii").split("\n", 1)[0]
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() and int(first) > 1 else None


def _serves(pid: int, folders: ClusterFolders) -> bool:
    """Whether a process is a server on our data folder: a postmaster works in it."""
    try:
        return os.path.samefile(os.readlink(f"/proc/{pid}/cwd"), folders.data)
    except OSError:
        return False
