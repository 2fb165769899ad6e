"""How much of the disk homes may fill."""

from __future__ import annotations

from typing import Annotated

import msgspec

from sagews.config.section import Section

Size = Annotated[int, msgspec.Meta(ge=0, le=2**30)]


class DiskSection(Section, frozen=True, kw_only=True):
    """The disk under the homes of workspaces. What one home may hold stands among the quotas of accounts.

    Attributes:
        images: whether homes are file systems of a fixed size, each in one file, where the machine can have them.
        reserve: MiB that stay free for the database, the logs and the system: below that whoever grows is stopped. By
            default, 0, the smaller of 2048 and a twentieth of the disk.
        homes: MiB that all homes together may take; by default, 0, as much as the reserve allows.
    """

    images: bool = True
    reserve: Size = 0
    homes: Size = 0
