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

# The same for many documents; parameters: document ids, epochs, numbers of new updates. `wanted` has them all, with
# their ordinals from 1, `fence` those whose epoch is their lease's. Everybody locks leases in one order, so that two
# writers can't wait for each other.
FENCES = """wanted as (
        select * from unnest(%s::uuid[], %s::bigint[], %s::bigint[]) with ordinality
            as w (document, epoch, added, ordinal)
    ),
    fence as (
        select d.id, w.added from wanted w join documents d on d.id = w.document
            join leases l on l.workspace = d.workspace and l.epoch = w.epoch
        order by l.workspace for share of l
    )"""
