"""The JSON bodies that the site takes, and the shapes in which it shows people, workspaces and log records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from sagews.model.accounts import Grant, Role, User
from sagews.model.logs import LogRecord
from sagews.model.workspaces import Document, Workspace

Line = Annotated[str, msgspec.Meta(max_length=400)]
Email = Annotated[str, msgspec.Meta(max_length=400)]
# Hashing takes time in proportion to the text; two thousand characters are a long sentence.
Password = Annotated[str, msgspec.Meta(max_length=2000)]
Token = Annotated[str, msgspec.Meta(max_length=200)]
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]

Settings = dict[Annotated[str, msgspec.Meta(max_length=50)], Annotated[str, msgspec.Meta(max_length=1000)]]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body; unknown fields are refused, so that a misspelt one is not lost in silence."""


class Nothing(Body, frozen=True):
    """`{}`."""


class OneTime(Body, frozen=True):
    """A one-time token from a link."""

    token: Token


class SignIn(Body, frozen=True):
    """Address and password."""

    email: Email
    password: Password


class NewPassword(Body, frozen=True):
    """The old password (null if there was none) and the new one."""

    new: Password
    old: Password | None = None


class Profile(Body, frozen=True):
    """What a person changes about themselves."""

    name: Line | None = None
    email: Email | None = None


class Name(Body, frozen=True):
    """A name."""

    name: Line


class Share(Body, frozen=True):
    """A grant to an account that exists.

    Running is a right of its own, and what is not said is not given: only an owner, who could take it anyway,
    has it without a word.
    """

    email: Email
    role: Role
    may_run: bool | None = None

    @property
    def runs(self) -> bool:
        """Whether the grant lets its person run cells."""
        return self.role is Role.OWNER if self.may_run is None else self.may_run


class Unshare(Body, frozen=True):
    """Whose grant is taken away."""

    user: Uuid


class TicketFor(Body, frozen=True):
    """The workspace that a ticket opens; null for evaluation only."""

    workspace: Uuid | None


class NewUser(Body, frozen=True):
    """An account to be made; without a password it is opened by a link."""

    email: Email
    name: Line
    password: Password | None = None
    privilege: Literal["user", "administrator"] = "user"


class UserChange(Body, frozen=True):
    """What an administrator changes."""

    email: Email | None = None
    password: Password | None = None
    privilege: Literal["user", "administrator"] | None = None
    disabled: bool | None = None


def time(value: datetime) -> str:
    """Return a time as ISO 8601, UTC, with milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user(value: User) -> dict[str, Any]:
    """Return a person as they see themselves."""
    return {
        "id": value.id,
        "email": value.email,
        "name": value.name,
        "privilege": str(value.privilege),
        "has_password": value.has_password,
    }


def name_of(value: User | None) -> dict[str, Any]:
    """Return a person by name; one who is gone has none."""
    return (
        {"id": "", "name": "", "email": ""}
        if value is None
        else {
            "id": value.id,
            "name": value.name,
            "email": value.email,
        }
    )


def account(value: User) -> dict[str, Any]:
    """Return a person as an administrator sees them."""
    return {**user(value), "created": time(value.created), "disabled": value.disabled}


def grant(who: User, value: Grant) -> dict[str, Any]:
    """Return what somebody may do in a workspace, as its members see it."""
    shown = {"id": who.id, "name": who.name, "email": who.email}
    return {"user": shown, "role": str(value.role), "may_run": value.may_run}


def document(value: Document) -> dict[str, Any]:
    """Return a document in a list."""
    return {"id": value.id, "path": value.path, "title": value.title, "edited": time(value.edited)}


def workspace(
    value: Workspace, role: Role, people: list[tuple[User, Grant]], documents: list[Document]
) -> dict[str, Any]:
    """Return a workspace in a list."""
    return {
        "id": value.id,
        "name": value.name,
        "created": time(value.created),
        "edited": time(value.edited),
        "versions": value.versions,
        "session": value.session,
        "role": str(role),
        "people": [{"id": who.id, "name": who.name} for who, _ in people],
        "documents": [document(each) for each in documents],
    }


def record(value: LogRecord) -> Mapping[str, Any]:
    """Return a log record."""
    return {
        "id": value.id,
        "time": time(value.time),
        "machine": value.machine,
        "component": value.component,
        "level": value.level,
        "namespace": value.namespace,
        "correlation": value.correlation,
        "message": value.message,
        "fields": value.fields,
    }
