"""What this machine must have for the settings to work, looked at before anything starts or goes into the background.

`twistd sagews` and `sagews check` ask the same. Everything is told at once; what is only found by trying (a port that
is taken, a level of isolation) is told by whoever tries.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sagews.config.meaning import contradictions
from sagews.config.problems import Problem
from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.ops.environments import session_environments
from sagews.ops.folders import Layout
from sagews.ops.postgres.dsn import read_dsn
from sagews.ops.postgres.folders import LONGEST_SOCKET, SOCKET_NAME, ClusterFolders
from sagews.ops.tls.authority import Files
from sagews.ops.tls.given import certificate_of, check_given, out_of_reach
from sagews.policy.http.base_address import parse_origin
from sagews.policy.http.forwarded import parse_proxies

# One segment of PostgreSQL's log, in bytes: with less free its server does not begin.
LEAST_ROOM = 16 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def preflight(settings: Settings, roles: Collection[str]) -> list[Problem]:
    """Return everything that would keep a daemon of these roles from working, as far as it can be seen beforehand."""
    found = [*contradictions(settings)]
    for check in (_account, _data, _addresses, _certificate, _dsn, _environments, _given):
        found += check(settings, roles)
    return found


def preflight_of_reload(settings: Settings, roles: Collection[str]) -> list[Problem]:
    """Return what is wrong with settings that a running daemon reads again.

    Not what only a start looks at: that may need rights which the daemon has given up, and is not used before.
    """
    found = [*contradictions(settings)]
    # The key may be root's alone, and then goes on being served as it was read.
    reached = not out_of_reach(settings.site.key)
    for check in (_addresses, *([_certificate] if reached else []), _environments):
        found += check(settings, roles)
    return found


def _account(settings: Settings, _roles: Collection[str]) -> Iterator[Problem]:
    if os.geteuid() != 0:
        return
    try:
        pwd.getpwnam(settings.account)
    except KeyError:
        reason = f"there is no account {settings.account}. Make it: useradd --system {settings.account}"
        yield Problem("account", reason)


def _data(settings: Settings, roles: Collection[str]) -> Iterator[Problem]:
    """Whether the data folder is there or can be made, and its sockets have names that the kernel takes."""
    folder = settings.folder
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        yield Problem("data", f"{there} is not a folder")
    elif not os.access(there, os.W_OK | os.X_OK):
        yield Problem("data", f"{there} can't be written by this account: choose another folder, or give it this one")
    room = os.statvfs(there)
    free, least = room.f_bavail * room.f_frsize, LEAST_ROOM
    if free < least:
        yield Problem("data", f"its disk is full: {free // 1024} KiB are free, {least // 1024} are needed. Free some")
    socket = os.fsencode(ClusterFolders(Layout(folder).postgres).sockets / SOCKET_NAME)
    if "backend" in roles and settings.database.dsn_file is None and len(socket) > LONGEST_SOCKET:
        yield Problem("data", f"its path is too long: {os.fsdecode(socket)} has more than {LONGEST_SOCKET} bytes")


def _addresses(settings: Settings, _roles: Collection[str]) -> Iterator[Problem]:
    site = settings.site
    origins: list[str] = []
    for key, text in (("site.public", site.public), ("site.public_untrusted", site.public_untrusted)):
        problem = _reason(partial(_add_origin, origins, text))
        if problem:
            yield Problem(key, problem)
    if len(origins) == 2 and origins[0] == origins[1]:
        yield Problem("site.public_untrusted", "untrusted content needs an origin of its own: another name or port")
    problem = _reason(lambda: parse_proxies(site.proxies))
    if problem:
        yield Problem("site.proxies", problem)


def _add_origin(origins: list[str], text: str | None) -> None:
    if text is not None:
        origins.append(parse_origin(text))


def _certificate(settings: Settings, roles: Collection[str]) -> Iterator[Problem]:
    """The operator's certificate for the site."""
    site = settings.site
    if site.certificate is None or site.key is None or not {"frontend", "backend"} & set(roles):
        return
    files = Files(Path(site.key), Path(site.certificate))
    problem = _reason(lambda: certificate_of(files, datetime.now(UTC)))
    if problem:
        yield Problem("site.certificate", problem)


def _dsn(settings: Settings, roles: Collection[str]) -> Iterator[Problem]:
    owners = (os.geteuid(), 0, _uid_of(settings.account))
    problem = _reason(lambda: read_dsn(settings.database, owners)) if set(roles) - {"worker"} else ""
    if problem:
        yield Problem("database.dsn_file", problem)


def _environments(settings: Settings, roles: Collection[str]) -> Iterator[Problem]:
    problem = _reason(lambda: session_environments(settings)) if "worker" in roles else ""
    if problem:
        yield Problem("sessions.environments", problem)


def _given(settings: Settings, roles: Collection[str]) -> Iterator[Problem]:
    """Certificates that somebody copied here."""
    layout = Layout(settings.folder)
    dialled = {host for host, _ in settings.backend_addresses}
    known = (layout.authority / "authority.pem").exists() or (layout.keys / "authority.pem").exists()
    if set(roles) == {"worker"} and not known and not dialled <= LOOPBACK:
        # An authority of its own is of no use to it: the backend would refuse whatever that signs.
        names = f"worker.key, worker.pem and authority.pem in {layout.keys}"
        yield Problem("link.backend", f"a worker of another machine needs {names}, made where the backend is")
    for role in sorted(roles):
        problem = _reason(partial(check_given, layout, role, datetime.now(UTC)))
        if problem:
            yield Problem("", problem)


def _uid_of(account: str) -> int:
    try:
        return pwd.getpwnam(account).pw_uid
    except KeyError:
        return os.geteuid()


def _reason(attempt: Callable[[], object]) -> str:
    """Return why something failed, or "" when it did not."""
    try:
        attempt()
    except SagewsError as error:
        return str(error).rstrip(".")
    except (ValueError, OSError) as error:
        return str(error)
    return ""
