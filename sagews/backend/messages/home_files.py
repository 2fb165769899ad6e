"""What pages ask of the files in the home of a workspace.

They are given to the page in messages and not at an address: there is none at which what a cell wrote could be opened
as a page of the site. A job in a jail reads them, so that nothing of a home is opened by the daemon itself.
"""

from __future__ import annotations

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.errors import SagewsError
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.home_files import FilePart, ReadFile
from sagews.wire.jobs import ReadRequest


class HomeFileMessages:
    """The handlers.

    Args:
        ledger: counts what an account has under way.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def read(self, context: Context, message: ReadFile) -> None:
        """Send a part of a file."""
        user = context.user.id
        self._ledger.take(user, Resource.JOBS)
        try:
            request = ReadRequest(message.path, message.offset, message.length)
            found = await context.workspace.files.read(request)
        finally:
            self._ledger.give_back(user, Resource.JOBS)
        if found.size is None:
            raise SagewsError("not-found")
        context.tell(FilePart(message.request, found.size, bytes(found.data)))


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    return {ReadFile: HomeFileMessages(services.stores.ledger).read}
