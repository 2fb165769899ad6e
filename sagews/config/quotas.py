"""What one account may have at once; a table for each type of account."""

from __future__ import annotations

from typing import Annotated

import msgspec

from sagews.config.section import Positive, Section


class QuotaSection(Section, frozen=True, kw_only=True):
    """What an ordinary account may have at once.

    Attributes:
        sessions: sessions that are alive, single evaluations included.
        runs: cells that wait in all of its worksheets.
        jobs: saves, comparisons, reverts and readings of long output under way.
        documents: worksheets that it has open, each counted for each page.
        sockets: pages that are connected.
        workspaces: workspaces that it has made and not deleted.
        worksheet_outputs: MiB of output that the database keeps of one worksheet of its workspaces.
        outputs: MiB of output that it keeps of all of them.
        history: MiB that the versions of all of its workspaces take.
        named_versions: versions that it has named in one workspace of somebody else.
        home: MiB that the files of each of its workspaces may take on disk.
        homes: MiB that the files of all of them may take.
    """

    sessions: Positive = 20
    runs: Positive = 3000
    jobs: Positive = 4
    documents: Positive = 300
    sockets: Positive = 100
    workspaces: Positive = 500
    worksheet_outputs: Positive = 64
    outputs: Positive = 512
    history: Positive = 1024
    named_versions: Positive = 50
    home: Annotated[int, msgspec.Meta(ge=16, le=2**24)] = 2048
    homes: Annotated[int, msgspec.Meta(ge=16, le=2**24)] = 16384


class AdministratorQuotaSection(QuotaSection, frozen=True, kw_only=True):
    """What an administrator's account may have at once."""

    sessions: Positive = 50
    workspaces: Positive = 5000
    worksheet_outputs: Positive = 256
    outputs: Positive = 4096
    history: Positive = 8192
    homes: Annotated[int, msgspec.Meta(ge=16, le=2**24)] = 131072
