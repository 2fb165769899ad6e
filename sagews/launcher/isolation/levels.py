"""Names the isolation that a machine allows where namespaces can't be made, and says what to change.

Those weaker levels are named, not offered: sessions would share what the jail is there to keep apart.
"""

from __future__ import annotations

from pathlib import Path

from sagews.kernel import calls
from sagews.model.sessions import Isolation

_SETTINGS = {
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
    "kernel/unprivileged_userns_clone": ("0", "sysctl kernel.unprivileged_userns_clone=1"),
    "user/max_user_namespaces": ("0", "sysctl user.max_user_namespaces=10000"),
}


def without_namespaces(*, is_root: bool) -> Isolation:
    """Return the level that is left when namespaces can't be made."""
    has_landlock = calls.landlock_version() > 0
    if is_root:
        return Isolation.SETUID_LANDLOCK if has_landlock else Isolation.SETUID
    return Isolation.LANDLOCK if has_landlock else Isolation.NONE


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
