"""What the files of a workspace take on disk.

backend → page
  storage        used, size (bytes), files, most_files, problem?     after a greeting and whenever it changes

`problem` is a sentence for people: the share is nearly used up, or the disk is; "" when there is room.
"""

from __future__ import annotations

from sagews.wire.browser.base import ToPage


class Storage(ToPage, frozen=True, tag="storage"):
    """What the workspace's files take, and may take."""

    used: int
    size: int
    files: int
    most_files: int
    problem: str = ""
