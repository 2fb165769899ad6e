"""People, their logins and what they were granted: frozen values, as the store returns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sagews.model.identifiers import LoginId, UserId, WorkspaceId


class Privilege(StrEnum):
    """What a person is on the whole installation."""

    ADMINISTRATOR = "administrator"
    USER = "user"


class Role(StrEnum):
    """What a person may do in one workspace; each includes the ones before it."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"

    @property
    def may_edit(self) -> bool:
        """Whether documents may be changed."""
        return self is not Role.VIEWER


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: UserId
    email: str
    name: str
    privilege: Privilege
    has_password: bool
    created: datetime
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Login:
    """One sign-in of one browser (or one personal token); ended by sign-out, password change or expiry."""

    id: LoginId
    user: User
    expires: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person may do in one workspace."""

    user: UserId
    workspace: WorkspaceId
    role: Role
    may_run: bool
