"""The namespaces that every offered level has in common."""

from __future__ import annotations

from sagews.kernel import calls

# As the report lists them: a session shares none of these with the host.
BY_ROOT = "mnt,pid,net,ipc,uts,cgroup"


def leave_host() -> None:
    """Leave the host's mount and pid namespaces; the next child is process 1 of the new one.

    Raises:
        OSError: when the kernel forbids it.
    """
    calls.unshare(calls.CLONE_NEWNS | calls.CLONE_NEWPID)
