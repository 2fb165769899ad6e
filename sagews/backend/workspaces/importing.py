"""A file of another program becomes a worksheet of a workspace: under a free name, with what its cells had shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Container

from twisted.internet.interfaces import IReactorTime

from sagews.backend.workspaces.documents import DocumentSet
from sagews.backend.workspaces.shown_before import check_room, put_shown
from sagews.model.formats.imported import ImportedFile
from sagews.model.formats.table import stem_and_suffix
from sagews.model.identifiers import UserId
from sagews.model.workspaces import Document
from sagews.policy.documents.paths import SUFFIX

MAX_STEM_BYTES = 100
GIVEN = "imported"


async def import_file(
    clock: IReactorTime,
    documents: DocumentSet,
    user: UserId,
    name: str,
    file: ImportedFile,
    asker: str,
    suffix: str = SUFFIX,
) -> Document:
    """Make a worksheet of a file that was read, under a free name, and tell everybody but the asker.

    Args:
        clock: gives turns to others between the outputs of its cells.
        documents: of the workspace.
        user: who imports it.
        name: of the file.
        file: what it holds.
        asker: the connection that asked.
        suffix: of the worksheet's path: a notebook may stay one.

    Raises:
        SagewsError: `limit` for too many worksheets, or when it takes too long; no worksheet is left behind then.
    """
    taken = {about.path for about in await documents.list()}
    return await open_file(clock, documents, user, free_path(name, taken, suffix), file, asker)


async def open_file(
    clock: IReactorTime, documents: DocumentSet, user: UserId, path: str, file: ImportedFile, asker: str
) -> Document:
    """Make a worksheet at a path, of a file that was read; arguments and errors as `import_file`, and `name-taken`."""
    about = await documents.create(path, asker)
    try:
        live = await documents.load(about.id, user)
        await live.put_text(user, file.text)
        if live.is_notebook:
            check_room(live, file.outputs)
    except BaseException:
        await documents.remove(about.id)
        raise
    await put_shown(clock, live, user, file.outputs)
    return about


def free_path(name: str, taken: Container[str], suffix: str = SUFFIX) -> str:
    """Return a path for a file's worksheet that no other has, made of what a path may hold of its name."""
    stem, _ = stem_and_suffix(name.replace("\\", "/").rsplit("/", 1)[-1])
    letters = (
        letter if letter.isalnum() or letter in " ._-()" else "-" for letter in unicodedata.normalize("NFC", stem)
    )
    stem = "".join(letters).encode()[:MAX_STEM_BYTES].decode("utf-8", "ignore").strip(" .-") or GIVEN
    number = 1
    while (path := f"{stem}{'' if number == 1 else f'-{number}'}{suffix}") in taken:
        number += 1
    return path
