"""Says what to change on a machine where namespaces can't be made."""

from __future__ import annotations

from pathlib import Path

_SETTINGS = {
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
    "kernel/unprivileged_userns_clone": ("0", "sysctl kernel.unprivileged_userns_clone=1"),
    "user/max_user_namespaces": ("0", "sysctl user.max_user_namespaces=10000"),
}


def advice(settings: Path = Path("/proc/sys")) -> str:
    """Return what may allow namespaces here.

    Args:
        settings: the folder of the kernel's settings.
    """
    for name, (forbids, remedy) in _SETTINGS.items():
        path = settings / name
        if path.exists() and path.read_text(encoding="ascii").strip() == forbids:
            return f"The kernel's settings forbid it; as root: {remedy}"
    return "In a container they are mostly forbidden: start it outside of one, or with the right to make them."
