"""Who a connection is, as values: what its ticket said, and what the grant allows now."""

from __future__ import annotations

from dataclasses import dataclass

from sagews.model.accounts import Role, User
from sagews.model.identifiers import LoginId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a connection is, as a ticket said; what they may do is looked up anew each time."""

    login: LoginId
    user: User
    workspace: WorkspaceId | None


@dataclass(frozen=True, slots=True)
class Principal:
    """A person on a connection and what they may do; replaced as a whole when the grant changes.

    Attributes:
        role: in the workspace; of single evaluations, which have none, the least one.
        may_run: whether cells may be run there.
    """

    identity: Identity
    role: Role = Role.VIEWER
    may_run: bool = False

    @property
    def user(self) -> User:
        """Who it is."""
        return self.identity.user
