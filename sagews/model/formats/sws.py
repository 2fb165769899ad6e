r"""Worksheets of the Sage notebook (`.sws`): a tar archive, compressed with bzip2.

    sage_worksheet/worksheet.html    HTML, and cells: {{{id=1|, the code, ///, what it showed, }}}
    sage_worksheet/worksheet.txt     the same behind two lines: the title, and "system:sage"
    sage_worksheet/cells/1/…         the pictures of cell 1

Nothing is ever laid out on a disk: members are read in memory, with bounds, and only those that are plain files. The
archive's pickles are not looked at.
"""

from __future__ import annotations

import base64
import bz2
import html
import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any

from sagews.model.formats.html_prose import markdown_of
from sagews.model.formats.sheet import MAX_OUTPUT, Piece, Sheet, SheetBuilder, bad_file, clean, stream
from sagews.model.worksheet.cells import MAX_SIZE

# Ten times what is compressed well: text. Who packs zeros gets no further than this.
MAX_ARCHIVE = 64 * 1024 * 1024
MAX_MEMBERS = 10_000
MAX_PICTURES = 1_000
STEP = 1024 * 1024
HTML = "sage_worksheet/worksheet.html"
TEXT = "sage_worksheet/worksheet.txt"
PICTURE = re.compile(r"sage_worksheet/cells/([0-9]{1,9})/[^/]{1,200}\.(png|jpe?g|gif|svg)")
_FORMS = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml"}
_ID = re.compile(r"id=([0-9]{1,9})\b")
_TEXT_MODE = re.compile(r"\s*(?:%(?:auto|hide|hideall)\b\s*)*%(?:md|html)\b[ \t]*\n?")
_IMAGE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_PYTHON = "python"

Pictures = Mapping[str, list[tuple[str, bytes]]]


def read_sws(data: bytes) -> Sheet:
    """Return the worksheet in an archive of the Sage notebook.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    texts, pictures, others = _members(_unpacked(data))
    old = texts.get(TEXT, "").split("\n", 2)
    headed = len(old) == 3 and old[1].startswith("system:")
    title = html.unescape(old[0].strip()) if headed else ""
    system = old[1].removeprefix("system:").strip() if headed else "sage"
    body = texts.get(HTML) or (old[2] if headed else texts.get(TEXT))
    if body is None:
        raise bad_file("there is no worksheet in it")
    builder = SheetBuilder()
    if others:
        builder.leave_out("files", others)
    if system not in ("sage", _PYTHON, ""):
        builder.leave_out("language")
    _read(builder, body, pictures)
    return builder.sheet(title, "python" if system == _PYTHON else "sage")


def _unpacked(data: bytes) -> bytes:
    """The archive without its compression, as long as it is no bomb."""
    unpacker = bz2.BZ2Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        part = unpacker.decompress(data, STEP)
        while part:
            size += len(part)
            if size > MAX_ARCHIVE:
                raise bad_file("what is packed in it is too large", "Remove data files from the worksheet.")
            parts.append(part)
            part = b"" if unpacker.eof else unpacker.decompress(b"", STEP)
    except (OSError, ValueError, EOFError):
        raise bad_file("it is no archive of the Sage notebook") from None
    if not unpacker.eof:
        raise bad_file("it is cut off", "Download it once more.")
    return b"".join(parts)


def _members(archive: bytes) -> tuple[Mapping[str, str], Pictures, int]:
    """The texts, the pictures by cell, and how many data files there are besides."""
    texts: dict[str, str] = {}
    pictures: dict[str, list[tuple[str, bytes]]] = {}
    others = taken = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as packed:
            for number, member in enumerate(packed):
                if number >= MAX_MEMBERS:
                    raise bad_file("there is too much in it", "Remove data files from the worksheet.")
                picture = PICTURE.fullmatch(member.name)
                if member.name in (HTML, TEXT):
                    texts[member.name] = clean(_content(packed, member, MAX_SIZE).decode("utf-8", "replace"))
                elif picture and taken < MAX_PICTURES and member.size <= MAX_OUTPUT // 2:
                    taken += 1
                    content = _content(packed, member, MAX_OUTPUT // 2)
                    pictures.setdefault(picture[1], []).append((_FORMS[picture[2]], content))
                elif member.name.startswith("sage_worksheet/data/") and not member.isdir():
                    others += 1
    except (tarfile.TarError, OSError, ValueError, EOFError, RecursionError):
        raise bad_file("it is no archive of the Sage notebook") from None
    return texts, pictures, others


def _content(packed: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    """What a plain file holds: links lead elsewhere, and a sparse one says of itself how large it is."""
    if not member.isreg() or member.issparse():
        raise bad_file("a link stands where its worksheet should be")
    if member.size > most:
        raise bad_file("its worksheet is too large", "Split it into several.")
    file = packed.extractfile(member)
    return file.read(most) if file is not None else b""


def _read(builder: SheetBuilder, body: str, pictures: Pictures) -> None:
    for prose, cell in _parts(body):
        builder.add_prose(markdown_of(prose))
        if cell is not None:
            _read_cell(builder, cell, pictures)


def _parts(body: str) -> Iterator[tuple[str, str | None]]:
    """Each cell with the HTML before it; at the end there may be HTML alone."""
    at = 0
    while (start := body.find("{{{", at)) >= 0:
        end = body.find("\n}}}", start)
        end = len(body) if end < 0 else end
        yield body[at:start], body[start + 3 : end]
        at = end + 4
    yield body[at:], None


def _read_cell(builder: SheetBuilder, cell: str, pictures: Pictures) -> None:
    """One cell: its head up to a bar, then code, then, behind three strokes, what it showed."""
    first, _, rest = cell.partition("\n")
    head, bar, same_line = first.partition("|")
    content = (f"{same_line}\n{rest}" if same_line else rest) if bar else cell
    code, strokes, shown = f"\n{content}".partition("\n///")
    code = code.strip("\n")
    mode = _TEXT_MODE.match(code)
    if mode is not None:
        builder.add_prose(code[mode.end() :] if "%md" in mode[0] else markdown_of(code[mode.end() :]))
        return
    identity = _ID.search(head) if bar else None
    files = pictures.get(identity[1], []) if identity else []
    if code.strip() or files or shown.strip():
        builder.add_code(code, [*_shown(shown if strokes else ""), *map(_picture, files)])


def _shown(text: str) -> Iterator[Piece]:
    """What a cell printed: text, and HTML between tags of that name."""
    at = 0
    text = text.strip("\n")
    while (start := text.find("<html>", at)) >= 0:
        end = text.find("</html>", start)
        end = len(text) if end < 0 else end
        yield from stream("stdout", text[at:start])
        # The files themselves come behind it.
        markup = _IMAGE.sub(lambda tag: "" if "cell://" in tag[0] else tag[0], text[start + 6 : end])
        if markup.strip():
            yield "display", {"data": {"text/html": markup}, "metadata": {}}
        at = end + 7
    yield from stream("stdout", text[at:])


def _picture(file: tuple[str, bytes]) -> Piece:
    form, content = file
    value: Any = content.decode("utf-8", "replace") if form == "image/svg+xml" else base64.b64encode(content).decode()
    return "display", {"data": {form: clean(value)}, "metadata": {}}
