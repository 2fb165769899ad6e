"""Files of the workspace's home, a part at a time: what a cell wrote, and the rest of long outputs.

page → backend                                              needs      answered by
  read_file      request, path, offset, length              READ       file_part

backend → page
  file_part      request, size, data

`path` is relative to the home. What begins with a dot is not read, but for long outputs and the scripts of figures;
links are not followed.
`not-found` for what is not there. A file may change between two parts: `size` is that of the moment.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from sagews.wire.browser.base import Count, FromPage, Right, ToPage
from sagews.wire.jobs import MAX_READ

MAX_PATH = 1024


class ReadFile(FromPage, frozen=True, tag="read_file"):
    """Asks for a part of a file."""

    needs = Right.READ
    request: Count
    path: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PATH)]
    offset: Count
    length: Annotated[int, msgspec.Meta(ge=0, le=MAX_READ)]


class FilePart(ToPage, frozen=True, tag="file_part"):
    """A part of a file, shorter than asked for at its end."""

    request: int
    size: int
    data: bytes
