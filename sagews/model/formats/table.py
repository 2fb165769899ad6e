"""Which formats there are: by the end of a file's name for what comes in, by a word for what goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from sagews.errors import SagewsError
from sagews.model.formats.markdown import read_markdown, read_worksheet, write_markdown
from sagews.model.formats.notebook import read_notebook, write_notebook
from sagews.model.formats.page import write_page
from sagews.model.formats.sagews import read_sagews
from sagews.model.formats.scripts import read_script, write_script
from sagews.model.formats.sheet import MAX_FILE, Sheet, bad_file
from sagews.model.formats.slides import write_slides
from sagews.model.formats.sws import read_sws

# The first that fits.
READERS: tuple[tuple[str, Callable[[bytes], Sheet]], ...] = (
    (".sage.md", read_worksheet),
    (".ipynb", read_notebook),
    (".sagews", read_sagews),
    (".sws", read_sws),
    (".py", partial(read_script, flavour="python")),
    (".sage", partial(read_script, flavour="sage")),
    (".md", read_markdown),
)


@dataclass(frozen=True, slots=True)
class Writer:
    """A format that a worksheet is given in.

    Attributes:
        suffix: of the file's name.
        outputs: whether it holds what the cells showed.
    """

    suffix: str
    write: Callable[[Sheet], bytes]
    outputs: bool = False


WRITERS: Mapping[str, Writer] = {
    "worksheet": Writer(".sage.md", lambda sheet: sheet.text().encode()),
    "notebook": Writer(".ipynb", write_notebook, outputs=True),
    "page": Writer(".html", write_page, outputs=True),
    "slides": Writer(".slides.html", write_slides, outputs=True),
    "markdown": Writer(".md", write_markdown),
    "sage": Writer(".sage", write_script),
    "python": Writer(".py", write_script),
}


def stem_and_suffix(name: str) -> tuple[str, str]:
    """Return a file's name without its end, and that end.

    Raises:
        SagewsError: `bad-file` for one that is none of ours.
    """
    lowered = name.lower()
    for suffix, _ in READERS:
        if lowered.endswith(suffix):
            return name[: len(name) - len(suffix)], suffix
    ends = " ".join(suffix for suffix, _ in READERS)
    raise bad_file("its kind is not known here", f"Choose a file whose name ends in one of: {ends}")


def read(name: str, data: bytes) -> Sheet:
    """Return the worksheet in a file, whose name says what it is.

    Raises:
        SagewsError: `bad-file`, `limit`, `too-large`.
    """
    _, suffix = stem_and_suffix(name)
    if len(data) > MAX_FILE:
        raise SagewsError("too-large", limit=MAX_FILE)
    return dict(READERS)[suffix](data)
