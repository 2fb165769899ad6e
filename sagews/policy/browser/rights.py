"""Which of the rights that messages declare a person has."""

from __future__ import annotations

from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.wire.browser.base import Right


def check_right(needs: Right, role: Role, may_run: bool) -> None:
    """Refuse what this role may not say.

    Raises:
        SagewsError: `read-only`, `may-not-run`.
    """
    if needs is Right.EDIT and not role.may_edit:
        raise SagewsError("read-only")
    if needs is Right.RUN and not may_run:
        raise SagewsError("may-not-run")
