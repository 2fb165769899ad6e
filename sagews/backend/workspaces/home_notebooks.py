"""Notebooks that lie in the home of a workspace, where git or a shell has put them, and become worksheets of it."""

from __future__ import annotations

from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.errors import SagewsError
from sagews.model.formats.sheet import MAX_FILE
from sagews.wire.jobs import MAX_READ, ReadRequest


async def notebook_at(files: WorkspaceFiles, path: str) -> bytes | None:
    """Return the file at a path of a home; None where there is none.

    Raises:
        SagewsError: `too-large` for more than 16 MiB; what reading raises: who does not know whether there is a file
            must not put an empty worksheet in its place.
    """
    data = b""
    while True:
        try:
            part = await files.read(ReadRequest(path, len(data), MAX_READ))
        except SagewsError as error:
            # Of a workspace in which nothing ever ran there is no home, and no file in it.
            if error.code != "no-home" or data:
                raise
            return None
        if part.size is None:
            return None
        if part.size > MAX_FILE:
            raise SagewsError("too-large", limit=MAX_FILE)
        data += bytes(part.data)
        if not part.data or len(data) >= part.size:
            return data
