"""What the live sides of many documents have to say, committed in one statement: edits, runs and what they printed.

A commit costs the same whether it holds one row or a thousand, so everything that is waiting shares one. Each document
has a fence of its own in it: whoever lost a lease writes nothing and holds nobody else up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zope.interface import implementer

from sagews.interfaces.journal import IJournal
from sagews.model.identifiers import DocumentId
from sagews.model.runs import Committed, DocumentWrite
from sagews.model.sessions import EncodedBody
from sagews.store.arrays import bytes_array, text_array
from sagews.store.fence import FENCES
from sagews.store.pool import ConnectionPool
from sagews.store.runs.columns import MAY_CHANGE, RUN_COLUMNS, RUN_TYPES, run_values
from sagews.store.values import dump_json

# Each row says by a number to which of the documents it belongs, and `owners` answers for that number, in arrays:
# whether the document is held, and how many updates it had. A join would do the same, but a plan that is made once, for
# any number of rows, goes through all documents for each row. Pages choose run ids, so one may be another document's,
# or stand twice in a commit, which PostgreSQL would refuse: `given` says which are the documents' own.
_SQL = f"""with {FENCES},
    counted as (
        update documents d set last_update = d.last_update + f.added from fence f
        where d.id = f.id and f.added > 0 returning d.id, d.last_update - f.added as before
    ),
    owners as (
        select array_agg(f.id is not null order by w.ordinal) as held,
            array_agg(coalesce(c.before, 0) order by w.ordinal) as before
        from wanted w left join fence f on f.id = w.document left join counted c on c.id = w.document
    ),
    edited as (
        insert into document_updates (document, sequence, author, data)
        select e.document, (select before from owners)[e.owner] + e.ordinal, e.author, e.data
        from unnest(%s::int[], %s::uuid[], %s::bigint[], %s::uuid[], %s::bytea[])
            as e (owner, document, ordinal, author, data)
        where (select held from owners)[e.owner]
    ),
    given as (
        select s.*, s.document = coalesce(
                (select r.document from runs r where r.id = s.id),
                first_value(s.document) over (partition by s.id order by s.ordinal)
            ) as own
        from unnest(%s::int[], {", ".join(f"%s::{kind}[]" for kind in RUN_TYPES)}) with ordinality
            as s (owner, {", ".join(RUN_COLUMNS)}, ordinal)
        where (select held from owners)[s.owner]
    ),
    changed as (
        insert into runs as r ({", ".join(RUN_COLUMNS)})
        select {", ".join(f"s.{name}" for name in RUN_COLUMNS)} from given s where s.own order by s.ordinal
        on conflict (id) do update set state = excluded.state, started = excluded.started,
            finished = excluded.finished, seconds = excluded.seconds, printed = excluded.printed
        where r.document = excluded.document and {MAY_CHANGE.format(new="excluded")}
        returning r.id, r.document
    ),
    printed as (
        insert into outputs (run, sequence, kind, body)
        select p.run, p.sequence, p.kind, convert_from(p.body, 'UTF8')::jsonb
        from unnest(%s::int[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::bytea[])
            as p (owner, document, run, sequence, kind, body)
        where (select held from owners)[p.owner]
            and ((p.run, p.document) in (select id, document from changed)
                or exists (select from runs r where r.id = p.run and r.document = p.document))
        on conflict do nothing
    ),
    taken as (select g.document, array_agg(g.id::text) as runs from given g where not g.own group by g.document)
    select f.id, coalesce(c.before + f.added, 0), t.runs
    from fence f left join counted c on c.id = f.id left join taken t on t.document = f.id"""


@implementer(IJournal)
class Journal:
    """The journal through a pool of the backend's role."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def commit(self, writes: Sequence[DocumentWrite]) -> Mapping[DocumentId, Committed]:
        """Commit everything in one statement; see IJournal.

        What one statement holds twice is refused by PostgreSQL, so each document stands in `writes` at most once.
        """
        rows = await self._pool.execute_prepared(_SQL, _parameters(writes))
        return {DocumentId(document): Committed(last, taken or ()) for document, last, taken in rows}


def _parameters(writes: Sequence[DocumentWrite]) -> tuple[object, ...]:
    owned = list(enumerate(writes, 1))
    edits = [
        (owner, write.document, ordinal, author, data)
        for owner, write in owned
        for ordinal, (author, data) in enumerate(write.updates, 1)
    ]
    runs = [(owner, *run_values(run)) for owner, write in owned for run in write.runs]
    pieces = [
        (owner, write.document, piece.run, piece.sequence, piece.kind, _json(piece.body))
        for owner, write in owned
        for piece in write.pieces
    ]
    *columns, data = _columns(edits, 5)
    *printed, bodies = _columns(pieces, 6)
    return (
        text_array(write.document for write in writes),
        text_array(write.epoch for write in writes),
        text_array(len(write.updates) for write in writes),
        *(text_array(column) for column in columns),
        bytes_array(data),
        *(text_array(column) for column in _columns(runs, 1 + len(RUN_COLUMNS))),
        *(text_array(column) for column in printed),
        bytes_array(bodies),
    )


def _json(body: Mapping[str, Any]) -> bytes:
    """Return the JSON of a piece as jsonb takes it; that of a large one was made when it came, and checked for NUL."""
    return body.encoded if isinstance(body, EncodedBody) else dump_json(body).encode()


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * width
