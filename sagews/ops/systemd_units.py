"""Units for systemd, written from the settings, so that the ports that it listens on are those that pages are told."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# What the start and the jails do without, and no more: the launcher mounts homes through loop devices (so no
# ProtectClock, which closes devices), makes namespaces and cgroups, and changes users. `Delegate` gives it the part of
# the cgroup tree in which every session has a group of its own.
_HARDENING = """\
Delegate=yes
LimitNOFILE=65536
ProtectKernelLogs=yes
ProtectKernelModules=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
"""
_SERVICE = """\
# Written by `sagews units` from {config}; write it again when ports or roles change.
[Unit]
Description=Sage Workspaces: {roles}
After=network-online.target{after}
Wants=network-online.target
PartOf=sagews.target

[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
# The daemon ends PostgreSQL, sessions and its launcher itself, in order and within nine seconds.
KillMode=mixed
TimeoutStopSec=20
TimeoutStartSec=180
# The reactor itself says that it turns.
WatchdogSec=60
Restart=on-failure
RestartSec=2
{hardening}
[Install]
WantedBy=sagews.target
"""
_SOCKET = """\
# Written by `sagews units` from {config}.
[Unit]
Description=Sage Workspaces: {what}
PartOf=sagews.target

[Socket]
ListenStream={address}
FileDescriptorName={name}
Service={service}
Backlog=1024
NoDelay=yes

[Install]
WantedBy=sockets.target
"""
_TARGET = """\
[Unit]
Description=Sage Workspaces

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class UnitDaemon:
    """One daemon that systemd is to run.

    Attributes:
        name: of its unit, without ".service".
        roles: that it plays; empty for all.
        ports: host, port and what it is for, by the name that the daemon knows its socket by.
    """

    name: str
    roles: Sequence[str]
    ports: Mapping[str, tuple[str, int, str]]


def units(daemons: Sequence[UnitDaemon], twistd: str, config: str) -> dict[str, str]:
    """Return the text of each unit by its file's name: a target, a service for each daemon, a socket for each port.

    Args:
        daemons: what to run.
        twistd: absolute path of the program.
        config: absolute path of the settings file.
    """
    found = {"sagews.target": _TARGET}
    for daemon in daemons:
        service = f"{daemon.name}.service"
        options = [word for role in daemon.roles for word in ("--role", role)]
        command = shlex.join([twistd, "-n", "sagews", "--config", config, *options]).replace("%", "%%")
        sockets = []
        for name, (host, port, what) in daemon.ports.items():
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            unit = f"{daemon.name}-{name}.socket"
            sockets.append(unit)
            found[unit] = _SOCKET.format(config=config, what=what, address=address, name=name, service=service)
        after = "".join(f" {unit}" for unit in sockets)
        roles = ", ".join(daemon.roles) or "all roles"
        found[service] = _SERVICE.format(config=config, roles=roles, after=after, command=command, hardening=_HARDENING)
    return found
