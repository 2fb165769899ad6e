"""Without root: the same namespaces by way of a user namespace, in which there is one uid for all."""

from __future__ import annotations

from sagews.kernel import calls
from sagews.launcher.isolation.level import Level
from sagews.launcher.isolation.namespaces import BY_ROOT, leave_host
from sagews.launcher.resources.uids import UID_WITHOUT_ROOT
from sagews.model.sessions import Isolation


def _enter() -> None:
    """Have root's rights in a user namespace first; only those allow the other namespaces to be made."""
    calls.enter_user_namespace(UID_WITHOUT_ROOT, UID_WITHOUT_ROOT)
    leave_host()


LEVEL = Level(
    Isolation.USERNS,
    # With root the stronger levels are possible, and a launcher that root started should never come to serve at this
    # one unasked.
    is_possible=lambda machine: not machine.is_root,
    enter=_enter,
    namespaces=f"{BY_ROOT},user",
)
