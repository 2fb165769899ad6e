"""Probes the jail from the inside, in a throw-away child, before the launcher says that it can serve.

Prints one JSON object: {"safe": [names], "unsafe": [names]}. Anything unsafe makes the launcher refuse to start: a
level is what was found by trying, not what a version number promises.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

_HOST_FOLDERS = ("/root", "/boot", "/sys/kernel", "/var/lib", "/opt", "/old_root", "/mnt", "/media", "/usr/local/etc")
_SECRETS_OF_THE_KERNEL = ("kcore", "kallsyms", "keys", "timer_list", "config.gz", "kmsg")
_KNOWN_ENVIRONMENT = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TMPDIR", "TZ", "DOT_SAGE", "MPLBACKEND"}
_KNOWN_ENVIRONMENT |= {"CYSIGNALS_CRASH_QUIET", "LD_LIBRARY_PATH", "LC_CTYPE"}
_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_FAMILIES = {"packet": 17, "vsock": 40, "alg": 38}
_library = ctypes.CDLL(None, use_errno=True)


# Any error of the system will do: which one it is differs between kernels.
def _refused(action: Callable[[], object]) -> bool:
    """Whether an action raises OSError."""
    try:
        action()
    except OSError:
        return True
    return False


def _fails(function: str, *arguments: object) -> bool:
    """Whether a function of the C library answers with an error."""
    return int(getattr(_library, function)(*arguments)) < 0


def _status(name: str) -> str:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(name + ":"))


def _has_no_rights() -> bool:
    return all(int(_status(name), 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))


def _reads_nothing_of_the_kernel() -> bool:
    for name in _SECRETS_OF_THE_KERNEL:
        try:
            with open(f"/proc/{name}", "rb") as stream:
                if stream.read(16):
                    return False
        except OSError:
            continue
    return True


def _has_no_way_out() -> bool:
    with socket.socket() as sock:
        sock.settimeout(1)
        # An address that documentation owns and nobody has: a packet that did get out would harm no one.
        return sock.connect_ex(("192.0.2.1", 80)) in (errno.ENETUNREACH, errno.ENETDOWN)


def _loops_back() -> bool:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        return client.connect_ex(server.getsockname()) == 0


def _writes(path: str) -> bool:
    probe = Path(path) / ".probe"
    probe.write_bytes(b"x")
    probe.unlink()
    return True


def _sees_few_processes() -> bool:
    return sum(name.isdigit() for name in os.listdir("/proc")) <= 3


def _reads_whole_library() -> bool:
    """Whether the interpreter found its own library and not another version's."""
    return bool(ssl.OPENSSL_VERSION) and sys.version.split()[0] == ".".join(map(str, sys.version_info[:3]))


PROBES: dict[str, Callable[[], bool]] = {
    "uid": lambda: 0 not in (*os.getresuid(), *os.getresgid(), *os.getgroups()),
    "rights": _has_no_rights,
    "no new privileges": lambda: _status("NoNewPrivs") == "1",
    "filter": lambda: _status("Seccomp") == "2",
    "become root": lambda: _refused(lambda: os.setuid(0)),
    "mount": lambda: _fails("mount", b"x", b"/tmp", b"tmpfs", 0, None),
    "user namespace": lambda: _fails("unshare", _NEW_USER),
    "mount namespace": lambda: _fails("unshare", _NEW_MOUNTS),
    "chroot": lambda: _fails("chroot", b"/tmp"),
    "trace": lambda: _fails("ptrace", 0, 0, 0, 0),
    "set-uid bit": lambda: _refused(lambda: os.chmod("/work", 0o4700)),
    "system is read-only": lambda: all(_refused(lambda p=p: open(p + "/x", "w")) for p in ("/", "/usr/bin", "/etc")),  # type: ignore[misc]
    "host folders": lambda: not any(os.path.exists(path) for path in _HOST_FOLDERS),
    "kernel": _reads_nothing_of_the_kernel,
    "settings of the kernel": lambda: _refused(lambda: open("/proc/sys/kernel/hostname", "w")),
    "processes": _sees_few_processes,
    "descriptors": lambda: len(os.listdir("/proc/self/fd")) <= 4,
    "environment": lambda: {n for n in os.environ if not n.endswith("_NUM_THREADS")} <= _KNOWN_ENVIRONMENT,
    "interfaces": lambda: [name for _, name in socket.if_nameindex()] == ["lo"],
    "outside": _has_no_way_out,
    "loopback": _loops_back,
    "socket families": lambda: all(_refused(lambda f=f: socket.socket(f, 2)) for f in _FAMILIES.values()),  # type: ignore[misc]
    "home": lambda: _writes("/home/user"),
    "temporary": lambda: _writes("/tmp"),  # noqa: S108
    "library": _reads_whole_library,
}


def main() -> None:
    """Run every probe; one that raises is unsafe."""
    results: dict[str, list[str]] = {"safe": [], "unsafe": []}
    for name, probe in PROBES.items():
        try:
            safe = probe()
        except Exception:
            safe = False
        results["safe" if safe else "unsafe"].append(name)
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    main()
