"""Which right each message of a page needs; a message that is not named here is refused (tests walk them all)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sagews.errors import SagewsError
from sagews.model.accounts import Role


class Need(StrEnum):
    """What a connection needs for a message.

    ALIVE: to be greeted. READ: a workspace. EDIT: a workspace, as editor or owner. RUN: a workspace, with the right to
    run. SCRATCH: a connection for single evaluations. GREETING: to be the first message.
    """

    GREETING = "greeting"
    ALIVE = "alive"
    READ = "read"
    EDIT = "edit"
    RUN = "run"
    SCRATCH = "scratch"


NEEDS: Mapping[str, Need] = {
    "hello": Need.GREETING,
    "ping": Need.ALIVE,
    "open": Need.READ,
    "close": Need.READ,
    "presence": Need.READ,
    "documents": Need.READ,
    "versions": Need.READ,
    "difference": Need.READ,
    "output": Need.READ,
    "edit": Need.EDIT,
    "create": Need.EDIT,
    "rename": Need.EDIT,
    "remove": Need.EDIT,
    "save": Need.EDIT,
    "revert": Need.EDIT,
    "run": Need.RUN,
    "interrupt": Need.RUN,
    "restart": Need.RUN,
    "stop": Need.RUN,
    "complete": Need.RUN,
    "inspect": Need.RUN,
    "evaluate": Need.SCRATCH,
}


def tags_that_need(*needs: Need) -> frozenset[str]:
    """Return the types of messages that need one of these."""
    return frozenset(tag for tag, need in NEEDS.items() if need in needs)


def check_right(tag: str, role: Role, may_run: bool) -> None:
    """Refuse what this role may not say.

    Raises:
        SagewsError: `read-only`, `may-not-run`.
    """
    need = NEEDS[tag]
    if need is Need.EDIT and not role.may_edit:
        raise SagewsError("read-only")
    if need is Need.RUN and not may_run:
        raise SagewsError("may-not-run")
