"""Large byte strings go into the database a part at a time, and everybody else has turns between the parts.

libpq takes a statement as one text, in which a byte string is twice as long as it is, and which is copied several
times: eight milliseconds for a megabyte. So parts come first, each in a statement of its own, and the statement that
they are for puts them together on the server. All of that is one transaction: whoever is killed in between, or refused,
leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sagews.model.identifiers import new_id
from sagews.store.arrays import PART, large_bytes
from sagews.store.connection import Row
from sagews.store.pool import ConnectionPool, Transaction

_WHOLE = "with whole as (select %s as data)"
_TAKEN = """with taken as (delete from parts where upload = %s returning ordinal, data),
    whole as (select string_agg(data, ''::bytea order by ordinal) as data from taken)"""


async def execute_with(
    pool: ConnectionPool, data: bytes | memoryview, sql: str, parameters: Sequence[Any]
) -> list[Row]:
    """Run a statement that may not run twice with a byte string of any size, and return its rows.

    Args:
        pool: to run it.
        data: what the statement finds in `(select data from whole)`.
        sql: the statement from its second common table expression on: `with whole as (…), ` stands before it.
        parameters: of `sql`.

    Raises:
        SagewsError: `database` when there is no answer.
        psycopg2.Error: what the server says about the statement.
    """
    if len(data) <= PART:
        return await pool.execute(f"{_WHOLE}, {sql}", (large_bytes(data), *parameters))

    async def in_parts(transaction: Transaction) -> list[Row]:
        upload = await send(transaction, data)
        return await take(transaction, f"{_TAKEN}, {sql}", (upload, *parameters))

    return await pool.transaction(in_parts)


async def send(transaction: Transaction, data: bytes | memoryview) -> str:
    """Send a byte string in parts; returns the id under which this transaction, which has to take them, finds them."""
    upload = new_id()
    for ordinal, first in enumerate(range(0, len(data), PART)):
        values = (upload, ordinal, large_bytes(data[first : first + PART]))
        await transaction.execute("insert into parts (upload, ordinal, data) values (%s, %s, %s)", values)
    return upload


async def take(transaction: Transaction, sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Run the statement that takes what was sent, and return its rows; the room that it took is given back."""
    rows = await transaction.execute(sql, parameters)
    await transaction.execute("select parts_room_return()")
    return rows
