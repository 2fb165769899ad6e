"""Workspaces: the list, making, renaming and deleting them, and sharing them with people who have an account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sagews.config.quotas import QuotaSection
from sagews.errors import SagewsError
from sagews.frontend.http import schemas
from sagews.frontend.http.call import Answer, Call, answer
from sagews.frontend.http.query import number
from sagews.frontend.http.routes import Routes
from sagews.frontend.parts import Parts
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.accounts import Grant, Privilege, Role, User
from sagews.model.identifiers import DocumentId, UserId, WorkspaceId, new_id, parse_id
from sagews.model.workspaces import Document, Workspace
from sagews.net.background import both
from sagews.policy import names
from sagews.policy.http.requests import Policy

MOST_LISTED = 100
# Of each workspace in a list, which shows the first few; all of them where one workspace is shown.
DOCUMENTS_LISTED = 10
MOST_DOCUMENTS = 1000


def add_routes(routes: Routes, parts: Parts) -> None:
    """Add the routes of workspaces."""
    WorkspaceCalls(parts.accounts, parts.workspaces, parts.quotas).add_to(routes)


class WorkspaceCalls:
    """The calls about workspaces. One that the caller has no grant for is as if it did not exist."""

    def __init__(
        self, accounts: IAccountStore, workspaces: IWorkspaceStore, quotas: Mapping[Privilege, QuotaSection]
    ) -> None:
        self._accounts = accounts
        self._workspaces = workspaces
        self._quotas = quotas

    def add_to(self, routes: Routes) -> None:
        """Add the routes."""
        one, people = "/api/workspaces/{workspace}", "/api/workspaces/{workspace}/people"
        routes.add("GET", "/api/workspaces", Policy.LOGIN, self.mine)
        routes.add("POST", "/api/workspaces", Policy.LOGIN, self.create, body=schemas.Name)
        routes.add("GET", one, Policy.LOGIN, self.show)
        routes.add("PATCH", one, Policy.LOGIN, self.rename, body=schemas.Name)
        routes.add("DELETE", one, Policy.LOGIN, self.delete)
        routes.add("GET", people, Policy.LOGIN, self.people)
        routes.add("POST", people, Policy.LOGIN, self.share, body=schemas.Share)
        routes.add("DELETE", people, Policy.LOGIN, self.unshare, body=schemas.Unshare)

    async def mine(self, call: Call) -> Answer:
        """What I may open, last edited first, after one of them; `more` says whether there is more."""
        after, limit = call.query.get("after"), number(call.query.get("limit"), "limit", MOST_LISTED, MOST_LISTED)
        behind = WorkspaceId(parse_id(after, "after")) if after else None
        # One more than asked for tells whether there are more.
        found = await self._workspaces.workspaces(call.user.id, limit + 1, behind)
        return answer({"workspaces": await self._shown(found[:limit], DOCUMENTS_LISTED), "more": len(found) > limit})

    async def _shown(self, found: Sequence[tuple[Workspace, Role]], most: int = MOST_DOCUMENTS) -> list[dict[str, Any]]:
        """Return workspaces with their people and documents: three statements, however many there are."""
        keys = [workspace.id for workspace, _ in found]
        grants, documents = await both(self._workspaces.grants(keys), self._workspaces.documents_of(keys, most))
        # Two statements for all of them, however many there are.
        people, pages = defaultdict(list), defaultdict(list)
        for who, grant in await self._people(grants):
            people[grant.workspace].append((who, grant))
        for document in documents:
            pages[document.workspace].append(document)
        return [schemas.workspace(each, role, people[each.id], pages[each.id]) for each, role in found]

    async def _people(self, grants: Sequence[Grant]) -> list[tuple[User, Grant]]:
        """Put grants, which the workspace store has, and people, whom the account store has, together, by name."""
        # Asked apart: accounts and workspaces may lie in two databases.
        people = await self._accounts.find_users(list({grant.user for grant in grants}))
        by_user: defaultdict[UserId, list[Grant]] = defaultdict(list)
        for grant in grants:
            by_user[grant.user].append(grant)
        return [(who, grant) for who in people for grant in by_user[who.id]]

    async def create(self, call: Call) -> Answer:
        """Make a workspace with a first, empty worksheet."""
        name = names.workspace(call.body.name)
        document = DocumentId(new_id())
        most = self._quotas[call.user.privilege].workspaces
        made = await self._workspaces.create_workspace(
            WorkspaceId(new_id()), name, call.user.id, document, names.FIRST_PATH, most
        )
        # Known without asking: whoever made it is alone in it, and so is its first document.
        owner = (call.user, Grant(call.user.id, made.id, Role.OWNER, may_run=True))
        first = Document(document, made.id, names.FIRST_PATH, made.name, made.created, made.edited)
        shown = schemas.workspace(made, Role.OWNER, [owner], [first])
        return answer({"workspace": shown, "document": schemas.document(first)}, status=201)

    async def show(self, call: Call) -> Answer:
        """One workspace."""
        workspace, grant = await self._granted(call)
        return await self._one(workspace, grant.role)

    async def rename(self, call: Call) -> Answer:
        """Give it another name; an owner's right."""
        workspace, grant = await self._owned(call)
        await self._workspaces.rename_workspace(workspace.id, names.workspace(call.body.name))
        changed = await self._workspaces.workspace(workspace.id)
        if changed is None:
            raise SagewsError("not-found")
        return await self._one(changed, grant.role)

    async def _one(self, workspace: Workspace, role: Role) -> Answer:
        (shown,) = await self._shown([(workspace, role)])
        return answer({"workspace": shown})

    async def delete(self, call: Call) -> Answer:
        """Delete it; an owner's right."""
        workspace, _ = await self._owned(call)
        await self._workspaces.delete_workspace(workspace.id)
        return answer({})

    async def people(self, call: Call) -> Answer:
        """Who may open it."""
        workspace, _ = await self._granted(call)
        return await self._members(workspace.id)

    async def _members(self, workspace: WorkspaceId) -> Answer:
        people = await self._people(await self._workspaces.grants([workspace]))
        return answer({"people": [schemas.grant(who, grant) for who, grant in people]})

    async def share(self, call: Call) -> Answer:
        """Grant somebody a role; an owner's right. The store keeps a last owner."""
        workspace, _ = await self._owned(call)
        other = await self._accounts.user_by_email(names.email(call.body.email))
        # The same words for both, so that the built-in account can't be found out.
        if other is None or names.is_operator(other):
            raise SagewsError("no-account")
        await self._workspaces.set_grant(workspace.id, other.id, call.body.role, call.body.runs)
        return await self._members(workspace.id)

    async def unshare(self, call: Call) -> Answer:
        """Take a grant away: an owner anybody's, everybody their own; never the last owner's."""
        workspace, grant = await self._granted(call)
        other = UserId(call.body.user)
        # Everybody may leave.
        if grant.role is not Role.OWNER and other != call.user.id:
            raise SagewsError("forbidden")
        await self._workspaces.remove_grant(workspace.id, other)
        return await self._members(workspace.id)

    async def _granted(self, call: Call) -> tuple[Workspace, Grant]:
        workspace = WorkspaceId(call.parameters["workspace"])
        grant = await self._workspaces.grant(workspace, call.user.id)
        # Not found and not forbidden without a grant: whether it exists is nobody else's business.
        found = await self._workspaces.workspace(workspace) if grant is not None else None
        if found is None or grant is None:
            raise SagewsError("not-found")
        return found, grant

    async def _owned(self, call: Call) -> tuple[Workspace, Grant]:
        workspace, grant = await self._granted(call)
        if grant.role is not Role.OWNER:
            raise SagewsError("forbidden")
        return workspace, grant
