"""Control groups: what a session's memory and processes are counted and bounded by, where the machine offers it.

Version 2 is preferred, version 1 accepted; which one is found by making a group, not by reading version numbers. Groups
lie below the launcher's own, in one folder that is removed with it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sagews.model.sessions import Limits

_NEEDED = ("memory", "pids")
_WELCOME = ("cpu",)
"""With it every session gets the same share of a busy machine, however many processes it has."""
_VERSION_1 = (*_NEEDED, *_WELCOME, "cpuacct")
INIT_PROCESSES = 1
SOCKET_BUFFERS = 64 * 2**20
"""Bytes in the buffers of a session's own TCP connections, which version 1 counts apart from its memory."""
SHARE_OF_MEMORY = 0.85
"""What all sessions together may have of the machine's memory; the rest is the daemon's and the system's."""
_PREFIX = "sagews-"


@dataclass(frozen=True, slots=True)
class Readings:
    """What a group has counted: bytes, bytes, CPU seconds (None: not counted), processes killed for memory."""

    memory: int
    peak: int
    cpu_seconds: float | None
    killed_for_memory: int


class Group:
    """The group of one session.

    Args:
        folders: controller ("memory", "pids", "cpuacct"; version 2: the same folder for all) → its folder.
        unified: whether it is of version 2.
    """

    def __init__(self, folders: Mapping[str, Path], *, unified: bool) -> None:
        self._folders = folders
        self._unified = unified

    def create(self) -> None:
        """Make the group."""
        for folder in set(self._folders.values()):
            folder.mkdir(exist_ok=True)
        if not self._unified:
            # Here and not with the other bounds, because nobody waits yet. Kernels without it have tcp_mem only.
            with contextlib.suppress(OSError):
                _write(self._folders["memory"] / "memory.kmem.tcp.limit_in_bytes", SOCKET_BUFFERS)

    def open_entrances(self) -> list[int]:
        """Return descriptors to which a process writes "0" to join."""
        folders = sorted(set(self._folders.values()))
        return [os.open(folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for folder in folders]

    def limit(self, limits: Limits) -> None:
        """Set the bounds; the init counts as a process of the session."""
        memory, pids = self._folders["memory"], self._folders["pids"]
        if self._unified:
            _write(memory / "memory.max", limits.memory)
            # Swap may not be counted on this kernel; then memory alone is the bound.
            with contextlib.suppress(OSError):
                _write(memory / "memory.swap.max", 0)
        else:
            _write(memory / "memory.limit_in_bytes", limits.memory)
            with contextlib.suppress(OSError):
                _write(memory / "memory.memsw.limit_in_bytes", limits.memory)
        # A fork bomb is pinned here whatever its uid; RLIMIT_NPROC alone counts per uid, which sessions may share.
        _write(pids / "pids.max", limits.processes + INIT_PROCESSES)

    def read(self) -> Readings:
        """Return what was counted so far."""
        memory = self._folders["memory"]
        if self._unified:
            current = _number(memory / "memory.current")
            # Linux has memory.peak since 5.19.
            peak = _number(memory / "memory.peak") if (memory / "memory.peak").exists() else current
            killed = _named(memory / "memory.events", "oom_kill")
        else:
            current, peak = _number(memory / "memory.usage_in_bytes"), _number(memory / "memory.max_usage_in_bytes")
            killed = _named(memory / "memory.oom_control", "oom_kill")
        return Readings(current, peak, self.cpu_seconds(), killed)

    def cpu_seconds(self) -> float | None:
        """Return the processor time of all its processes, dead ones included; None where it is not counted."""
        if self._unified:
            return _named(self._folders["memory"] / "cpu.stat", "usage_usec") / 1e6
        counter = self._folders.get("cpuacct")
        return _number(counter / "cpuacct.usage") / 1e9 if counter else None

    def remove(self) -> bool:
        """Remove the group; False while a process of it is still being taken down."""
        for folder in set(self._folders.values()):
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                return False
        return True


class Groups:
    """The launcher's own folder of groups in each hierarchy."""

    def __init__(self, bases: Mapping[str, Path], *, unified: bool) -> None:
        self._bases = bases
        self.unified = unified
        for base in set(bases.values()):
            base.mkdir(exist_ok=True)
        if unified:
            _enable(next(iter(bases.values())))
        # One hostile account with many sessions would else have the kernel look for a victim on the whole machine.
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        _write(bases["memory"] / ("memory.max" if unified else "memory.limit_in_bytes"), int(whole * SHARE_OF_MEMORY))

    def group(self, slot: int) -> Group:
        """Return the group of a slot, not made yet."""
        return Group({name: base / f"s{slot}" for name, base in self._bases.items()}, unified=self.unified)

    def describe(self) -> str:
        """Return a few words for the report."""
        return f"v2({','.join(_NEEDED)})" if self.unified else f"v1({','.join(sorted(self._bases))})"

    def remove(self) -> bool:
        """Remove everything of ours; False while a process of it is still being taken down."""
        return all([_remove_tree(base) for base in set(self._bases.values())])

    def sweep(self) -> None:
        """Remove what launchers left behind that were killed."""
        for base in set(self._bases.values()):
            for folder in base.parent.glob(f"{_PREFIX}*-*"):
                owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
                if owner.isdigit() and not Path("/proc", owner).exists():
                    _remove_tree(folder)


def _remove_tree(base: Path) -> bool:
    """Remove a folder of groups and the groups in it, as far as no process is in them."""
    try:
        for folder in base.glob("s*/"):
            folder.rmdir()
        base.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def find() -> Groups:
    """Return usable groups below this process's own, in a folder that is named by this process.

    Raises:
        OSError: when neither version can be used.
    """
    # Below our own group, never at the root: this is the part that a service manager or a container has left to us.
    own, mounts = _own_groups(), _mounts()
    name = f"{_PREFIX}{os.getsid(0)}-{os.urandom(4).hex()}"
    try:
        return _probe(Groups(_unified_bases(own, mounts, name), unified=True))
    # Version 2 first: one tree, and the kernel ends whole groups in it. A machine with both has its controllers in only
    # one.
    except (OSError, KeyError):
        bases = {c: mounts[c] / own[c].lstrip("/") / name for c in _VERSION_1 if c in mounts and c in own}
        if not all(controller in bases for controller in _NEEDED):
            raise OSError("the memory and pids controllers are not mounted") from None
        return _probe(Groups(bases, unified=False))


def _unified_bases(own: Mapping[str, str], mounts: Mapping[str, Path], name: str) -> dict[str, Path]:
    """Return the folder in version 2's hierarchy; its parent hands the controllers down."""
    parent = mounts[""] / own[""].lstrip("/")
    if not set(_NEEDED) <= set((parent / "cgroup.controllers").read_text().split()):
        raise OSError("the controllers are not in version 2's hierarchy")
    try:
        _enable(parent)
    except OSError:
        _move_processes_aside(parent)
        _enable(parent)
    return dict.fromkeys(_NEEDED, parent / name)


def _enable(folder: Path) -> None:
    control = folder / "cgroup.subtree_control"
    control.write_text(" ".join(f"+{name}" for name in _NEEDED))
    for name in _WELCOME:
        with contextlib.suppress(OSError):
            control.write_text(f"+{name}")


def _move_processes_aside(parent: Path) -> None:
    """Move the processes of a delegated group into a leaf of it: a group with processes can't hand controllers down."""
    leaf = parent / "daemon"
    leaf.mkdir(exist_ok=True)
    for pid in (parent / "cgroup.procs").read_text().split():
        with contextlib.suppress(OSError):
            (leaf / "cgroup.procs").write_text(pid)


def _probe(groups: Groups) -> Groups:
    """Make, bound and remove a group, to know that it works."""
    # Files that are there may still refuse: in a container they often belong to somebody else.
    group = groups.group(0)
    try:
        group.create()
        group.limit(Limits())
        group.read()
    except (OSError, ValueError):
        group.remove()
        groups.remove()
        raise
    group.remove()
    return groups


def _own_groups() -> dict[str, str]:
    """Return controller → path of this process's group; "" is version 2's."""
    found: dict[str, str] = {}
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _mounts() -> dict[str, Path]:
    """Return controller → where its hierarchy is mounted; "" is version 2's."""
    found: dict[str, Path] = {}
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, folder, kind, options, *_ = line.split(" ")
        if kind == "cgroup2":
            found.setdefault("", Path(folder))
        elif kind == "cgroup":
            found.update({name: Path(folder) for name in options.split(",") if name in _VERSION_1})
    return found


def _write(path: Path, value: int) -> None:
    path.write_text(str(value), encoding="ascii")


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))


def _named(path: Path, name: str) -> int:
    """Return the number behind a name in a file of "name number" lines, 0 if it is not there."""
    for line in path.read_text(encoding="ascii").splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0
