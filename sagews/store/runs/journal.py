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
from sagews.model.sessions import REPLACEABLE, EncodedBody
from sagews.store.arrays import PART, bytes_array, text_array
from sagews.store.fence import FENCES
from sagews.store.parts import send, take
from sagews.store.pool import ConnectionPool, Row, Transaction
from sagews.store.runs.columns import MAY_CHANGE, RUN_COLUMNS, RUN_TYPES, run_values
from sagews.store.values import dump_json

_REPLACEABLE = ", ".join(f"'{kind}'" for kind in REPLACEABLE)

# Each row says by a number to which of the documents it belongs, and `owners` answers for that number, in arrays:
# whether the document is held, and how many updates it had. A join would do the same, but a plan that is made once, for
# any number of rows, goes through all documents for each row. Pages choose run ids, so one may be another document's,
# or stand twice in a commit, which PostgreSQL would refuse: `given` says which are the documents' own.
_STATEMENT = f"""with {{arrived}}{FENCES},
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
        select e.document, (select before from owners)[e.owner] + e.ordinal, e.author, {{data}}
        from unnest(%s::int[], %s::uuid[], %s::bigint[], %s::uuid[], %s::bytea[]{{column}})
            as e (owner, document, ordinal, author, data{{upload}})
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
        insert into outputs as o (run, sequence, kind, body)
        select p.run, p.sequence, p.kind, convert_from({{body}}, 'UTF8')::jsonb
        from unnest(%s::int[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::bytea[]{{column}})
            as p (owner, document, run, sequence, kind, body{{upload}})
        where (select held from owners)[p.owner]
            and ((p.run, p.document) in (select id, document from changed)
                or exists (select from runs r where r.id = p.run and r.document = p.document))
        on conflict (run, sequence) do update set body = excluded.body where o.kind = excluded.kind
            and o.kind in ({_REPLACEABLE})
    ),
    replaced as (
        delete from outputs o using unnest(%s::int[], %s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[])
            as g (owner, document, run, first, last)
        where (select held from owners)[g.owner] and o.run = g.run and o.sequence between g.first and g.last
            and ((g.run, g.document) in (select id, document from changed)
                or exists (select from runs r where r.id = g.run and r.document = g.document))
    ),
    taken as (select g.document, array_agg(g.id::text) as runs from given g where not g.own group by g.document)
    select f.id, coalesce(c.before + f.added, 0), t.runs
    from fence f left join counted c on c.id = f.id left join taken t on t.document = f.id"""

_SQL = _STATEMENT.format(arrived="", column="", upload="", data="e.data", body="p.body")

# Values that came in parts are named by their uploads, and are null themselves.
_JOINED = """coalesce({row}.{value}, (
                select string_agg(a.data, ''::bytea order by a.ordinal) from arrived a where a.upload = {row}.upload
            ))"""
_SQL_WITH_PARTS = _STATEMENT.format(
    arrived="""arrived as (delete from parts where upload = any (%s::uuid[]) returning upload, ordinal, data),
    """,
    column=", %s::uuid[]",
    upload=", upload",
    data=_JOINED.format(row="e", value="data"),
    body=_JOINED.format(row="p", value="body"),
)


@implementer(IJournal)
class Journal:
    """The journal through a pool of the backend's role."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def commit(self, writes: Sequence[DocumentWrite]) -> Mapping[DocumentId, Committed]:
        """Commit everything in one statement, and large values before it; see IJournal.

        What one statement holds twice is refused by PostgreSQL, so each document stands in `writes` at most once.
        """
        edits, pieces = _edits(writes), _pieces(writes)
        if any(len(row[-1]) > PART for row in (*edits, *pieces)):
            rows = await self._pool.transaction(lambda transaction: _commit_parts(transaction, writes, edits, pieces))
        else:
            rows = await self._pool.execute_prepared(_SQL, _parameters(writes, edits, pieces))
        return {DocumentId(document): Committed(last, taken or ()) for document, last, taken in rows}


async def _commit_parts(
    transaction: Transaction, writes: Sequence[DocumentWrite], edits: Sequence[Row], pieces: Sequence[Row]
) -> list[Row]:
    """Commit what holds large values: these come in parts, the rest and what puts them together in one statement."""
    uploads: list[str] = []

    async def sent(row: Row) -> Row:
        if len(row[-1]) <= PART:
            return (*row, None)
        uploads.append(await send(transaction, row[-1]))
        return (*row[:-1], None, uploads[-1])

    edits, pieces = [await sent(row) for row in edits], [await sent(row) for row in pieces]
    parameters = _parameters(writes, edits, pieces, with_parts=True)
    return await take(transaction, _SQL_WITH_PARTS, (text_array(uploads), *parameters))


def _edits(writes: Sequence[DocumentWrite]) -> Sequence[Row]:
    """Return a row for each edit, with the number of its document; the data come last."""
    return [
        (owner, write.document, ordinal, author, data)
        for owner, write in enumerate(writes, 1)
        for ordinal, (author, data) in enumerate(write.updates, 1)
    ]


def _pieces(writes: Sequence[DocumentWrite]) -> Sequence[Row]:
    """Return a row for each piece of output, with the number of its document; the body comes last."""
    return [
        (owner, write.document, piece.run, piece.sequence, piece.kind, _json(piece.body))
        for owner, write in enumerate(writes, 1)
        for piece in write.pieces
    ]


def _parameters(
    writes: Sequence[DocumentWrite], edits: Sequence[Row], pieces: Sequence[Row], *, with_parts: bool = False
) -> tuple[object, ...]:
    runs = [(owner, *run_values(run)) for owner, write in enumerate(writes, 1) for run in write.runs]
    removed = [(owner, write.document, *each) for owner, write in enumerate(writes, 1) for each in write.removed]
    return (
        text_array(write.document for write in writes),
        text_array(write.epoch for write in writes),
        text_array(len(write.updates) for write in writes),
        *_with_bytes(_columns(edits, 5 + with_parts), 4),
        *(text_array(column) for column in _columns(runs, 1 + len(RUN_COLUMNS))),
        *_with_bytes(_columns(pieces, 6 + with_parts), 5),
        *(text_array(column) for column in _columns(removed, 5)),
    )


def _with_bytes(columns: Sequence[tuple[Any, ...]], place: int) -> Sequence[object]:
    """Return columns as parameters, one of which is of byte strings."""
    return [bytes_array(column) if at == place else text_array(column) for at, column in enumerate(columns)]


def _json(body: Mapping[str, Any]) -> bytes:
    """Return the JSON of a piece as jsonb takes it; that of a large one was made when it came, and checked for NUL."""
    return body.encoded if isinstance(body, EncodedBody) else dump_json(body).encode()


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) or [()] * width
