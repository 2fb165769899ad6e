"""What pages ask of files of other programs: a worksheet from one, and one of a worksheet.

Both are read and written in a process of their own (checks/), as a job of the account. A file is given to the page in
messages and not at an address: there is none at which somebody else's HTML could be opened as a page of the site.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import msgspec
from twisted.internet.interfaces import IReactorTime

from sagews.backend.connections.context import Context, Handlers
from sagews.backend.messages.services import FeatureServices
from sagews.backend.workspaces.entries import document_entry
from sagews.backend.workspaces.held_files import HeldFile, HeldFiles
from sagews.backend.workspaces.importing import import_file
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.model.formats.imported import ImportedFile
from sagews.model.formats.table import WRITERS, stem_and_suffix
from sagews.model.identifiers import UserId, new_id
from sagews.policy.documents.paths import NOTEBOOK, SUFFIX, title_of
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.formats import (
    MAX_PART,
    Download,
    Downloaded,
    Export,
    Exported,
    Import,
    Imported,
    Upload,
    Uploaded,
)


class FileMessages:
    """The handlers.

    Args:
        clock: tells the time.
        stores: count jobs, and read and write files.
    """

    def __init__(self, clock: IReactorTime, stores: Stores) -> None:
        self._clock = clock
        self._ledger = stores.ledger
        self._checks = stores.checks
        self._files = HeldFiles(clock)

    def upload(self, context: Context, message: Upload) -> None:
        """Take a part of a file."""
        user, workspace = context.user.id, context.workspace.about.id
        if message.offset == 0:
            # Before megabytes are sent for nothing.
            stem_and_suffix(message.name)
            self._files.begin(user, HeldFile(message.file, workspace, message.name, message.size))
        held = self._files.find(user, workspace, message.file)
        if message.offset != len(held.data) or len(held.data) + len(message.data) > held.size:
            raise SagewsError("bad-value", field="offset", reason="this part of the file belongs elsewhere")
        held.data += message.data
        context.tell(Uploaded(message.request, len(held.data)))

    async def import_(self, context: Context, message: Import) -> None:
        """Make a worksheet of a file."""
        user, workspace = context.user.id, context.workspace
        held = self._files.find(user, workspace.about.id, message.file)
        if len(held.data) != held.size:
            raise SagewsError("bad-value", field="file", reason="a part of it is missing")
        self._ledger.take(user, Resource.JOBS)
        try:
            self._files.forget(user)
            file, suffix = await self._read(user, held.name, bytes(held.data))
            about = await import_file(self._clock, workspace.document_set, user, held.name, file, context.id, suffix)
        finally:
            self._ledger.give_back(user, Resource.JOBS)
        workspace.changed(user)
        context.tell(Imported(message.request, document_entry(about), dict(file.left_out)))

    async def _read(self, user: UserId, name: str, data: bytes) -> tuple[ImportedFile, str]:
        """Return a file as a worksheet and the end of its path: a notebook stays one if it can be kept whole."""
        reason = None
        if name.lower().endswith(NOTEBOOK):
            try:
                return await self._checks.opened(user, data), NOTEBOOK
            except SagewsError as error:
                if error.code != "bad-file":
                    raise
                reason = error
        file: ImportedFile = await self._checks.imported(user, name, data)
        return replace(file, left_out={**file.left_out, "notebook": 1} if reason else file.left_out), SUFFIX

    async def export(self, context: Context, message: Export) -> None:
        """Make a file of a document, and keep it for the page to fetch."""
        user, live = context.user.id, context.document(message.document)
        left_out = 0

        def outputs() -> bytes:
            nonlocal left_out
            if not WRITERS[message.format].outputs:
                return b"{}"
            shown, left_out = live.shown()
            return msgspec.json.encode(shown)

        self._ledger.take(user, Resource.JOBS)
        try:
            if message.format == "notebook" and live.is_notebook:
                data = (await live.text()).encode()
            else:
                data = await self._checks.exported(user, message.format, partial(live.encoded), outputs)
        finally:
            self._ledger.give_back(user, Resource.JOBS)
        name = title_of(live.about.path) + WRITERS[message.format].suffix
        held = HeldFile(new_id(), context.workspace.about.id, name, len(data), bytearray(data))
        self._files.begin(user, held)
        context.tell(Exported(message.request, held.id, name, len(data), left_out))

    def download(self, context: Context, message: Download) -> None:
        """Send a part of a file; behind the last one it is let go of."""
        held = self._files.find(context.user.id, context.workspace.about.id, message.file)
        part = bytes(held.data[message.offset : message.offset + MAX_PART])
        if message.offset + len(part) >= held.size:
            self._files.forget(context.user.id)
        context.tell(Downloaded(message.request, part))


def handlers(services: FeatureServices) -> Handlers:
    """Return the handlers of this feature."""
    messages = FileMessages(services.clock, services.stores)
    return {
        Upload: messages.upload,
        Import: messages.import_,
        Export: messages.export,
        Download: messages.download,
    }
