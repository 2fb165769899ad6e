"""The fence of every write to a document: it happens only under the newest lease of the document's workspace.

The lease row is locked in share mode until the write commits, so taking the lease over waits for writes under way, and
a write that comes after it finds another epoch.
"""

from __future__ import annotations

# A CTE with the document's id; parameters: document, epoch. Empty when the epoch is not the lease's.
FENCE = """fence as (
        select d.id from documents d join leases l on l.workspace = d.workspace
        where d.id = %s and l.epoch = %s for share of l
    )"""
