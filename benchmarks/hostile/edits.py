"""Edits: ids without end, structs that pass one another, pastes, large worksheets opened and edited."""

from __future__ import annotations

import asyncio
from typing import Any

from pycrdt import Text, merge_updates

from benchmarks.hostile.attack import Attack, Author, Sheet, pattern

MEGABYTE = 1_000_000


def crowd(first: int, count: int) -> bytes:
    """Return an update in which so many pages set one key, none of which knows of the others."""
    updates = []
    for client in range(first, first + count):
        author = Author(client)
        author.doc["meta"]["title"] = str(client)
        updates.append(author.update())
    return bytes(merge_updates(*updates))


def collected(client: int, count: int) -> bytes:
    """Return an update of so many structs that hold nothing (GC)."""
    return b"\x01" + number(count) + number(client) + b"\0" + b"\0\x01" * count + b"\0"


def number(value: int) -> bytes:
    """Return a number as updates write it."""
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def backwards(steps: int, each: int) -> list[bytes]:
    """Return updates that write a text from its end, so that each character stays a struct by itself."""
    author = Author()
    author.add("hostile")
    updates = [author.update()]
    text = author.text("hostile")
    for _ in range(steps // each):
        with author.doc.transaction():
            for _ in range(each):
                text.insert(0, "x")
        updates.append(author.update())
    return updates


async def send_all(sheet: Sheet, updates: list[bytes]) -> None:
    """Send updates, each when the one before is saved or refused."""
    for update in updates:
        sheet.change(update)
        await sheet.settle()


async def nothing(attack: Attack) -> None:
    """Do nothing, for comparison."""
    attack.begin()
    await asyncio.Event().wait()


pattern("none")(nothing)


@pattern("4,000 ids in an edit")
async def ids(attack: Attack) -> None:
    """More pages in one edit than anybody has."""
    update = crowd(1_000_000, 4000)
    sheets = await attack.sheets(1)
    attack.begin()
    await attack.each(sheets, lambda sheet: send_all(sheet, [update]))


@pattern("31 new ids on one key in each edit, 8 sheets")
async def ids_below(attack: Attack) -> None:
    """As many new pages as an edit may name, again and again."""
    updates = [crowd(1_000_000 + 31 * each, 31) for each in range(400)]
    sheets = await attack.sheets(8)
    attack.begin()
    await attack.each(sheets, lambda sheet: send_all(sheet, updates))


@pattern("GC structs, 290 and 90,000")
async def empty_structs(attack: Attack) -> None:
    """Structs that hold nothing."""
    updates = [collected(2_000_000 + each, 90_000 if each % 2 else 290) for each in range(200)]
    sheets = await attack.sheets(2)
    attack.begin()
    await attack.each(sheets, lambda sheet: send_all(sheet, updates))


async def just_below(attack: Attack, count: int) -> None:
    """Edits of as many structs and steps as are tried at once."""
    updates = backwards(60_000, 250)
    sheets = await attack.sheets(count)
    attack.begin()
    await attack.each(sheets, lambda sheet: send_all(sheet, updates))


@pattern("edits just below the bound, 10 sheets")
async def just_below_10(attack: Attack) -> None:
    """In ten worksheets."""
    await just_below(attack, 10)


@pattern("the same, 60 sheets")
async def just_below_60(attack: Attack) -> None:
    """In sixty worksheets."""
    await just_below(attack, 60)


@pattern("paste of 300 cells, 4 sheets")
async def pastes(attack: Attack) -> None:
    """Pastes, each taken away again."""
    author = Author()
    updates = []
    for paste in range(30):
        with author.doc.transaction():
            for cell in range(300):
                author.add(f"p{paste:03}x{cell:03}", "x = 1\n" * 20)
        updates.append(author.update())
        with author.doc.transaction():
            for cell in range(300):
                del author.cells[f"p{paste:03}x{cell:03}"]
        updates.append(author.update())
    sheets = await attack.sheets(4)
    attack.begin()
    await attack.each(sheets, lambda sheet: send_all(sheet, updates))


async def large(sheet: Sheet, megabytes: float) -> Author:
    """Fill a worksheet with cells of 400 KB."""
    author = Author()
    for cell in range(int(megabytes * MEGABYTE / 400_000)):
        author.add(f"large{cell:03}", f"# {cell}\n" + "x" * 400_000)
        await send_all(sheet, [author.update()])
    return author


async def open_again(sheet: Sheet) -> None:
    """Open a worksheet that is open."""
    sheet.send("open", document=sheet.document, vector="")
    await sheet.receive("opened", "error")


@pattern("a sheet of 6 MB opened again and again, 3 pages")
async def opens(attack: Attack) -> None:
    """Each time everything is sent."""
    sheets = await attack.sheets(1)
    await large(sheets[0], 6)
    sheets += [await attack.open(sheets[0].workspace, sheets[0].document) for _ in range(2)]
    attack.begin()
    await attack.each(sheets, open_again)


@pattern("typing in 4 sheets of 6 MB")
async def typing(attack: Attack) -> None:
    """Snapshots fall due: each keystroke counts for one."""
    sheets = await attack.sheets(4)
    authors = {sheet.document: await large(sheet, 6) for sheet in sheets}

    async def type_many(sheet: Sheet) -> None:
        author = authors[sheet.document]
        for _ in range(100):
            author.text("large000").insert(0, "y")
            sheet.change(author.update())
        await sheet.settle()

    attack.begin()
    await attack.each(sheets, type_many)


@pattern("good and bad edits in turn, 3 sheets of 7.6 MB")
async def spoiling(attack: Attack) -> None:
    """A bad edit costs the copy on which edits are tried, and the next one asks for another."""
    sheets = await attack.sheets(3)
    authors = {sheet.document: await large(sheet, 7.6) for sheet in sheets}
    stranger = Author()
    stranger.add("bad", "", type="nonsense")
    bad = stranger.update()

    async def spoil(sheet: Sheet) -> None:
        author = authors[sheet.document]
        author.text("large000").insert(0, "y")
        await send_all(sheet, [author.update(), bad])

    attack.begin()
    await attack.each(sheets, spoil)


@pattern("a text of 120,000 single steps deleted")
async def deletes(attack: Attack) -> None:
    """One deletion of all of them; then nothing."""
    sheets = await attack.sheets(1)
    updates = backwards(120_000, 20_000)
    for sheet in sheets:
        await send_all(sheet, updates)
    author: Any = Author()
    for update in updates:
        author.doc.apply_update(update)
    author.update()
    text: Text = author.text("hostile")
    text.clear()
    deletion = author.update()
    attack.begin()
    for sheet in sheets:
        await send_all(sheet, [deletion])
        attack.done["deleted"] += 1
        await asyncio.sleep(1)
    await asyncio.Event().wait()


@pattern("large cells in a style of their own, saved, 3 sheets")
async def styles(attack: Attack) -> None:
    """Their file can't be written in their own style, and to find that out takes long."""
    sheets = await attack.sheets(3)
    authors = {sheet.document: Author() for sheet in sheets}
    for sheet in sheets:
        author = authors[sheet.document]
        for cell in range(8):
            author.add(f"style{cell:03}", "x\n" * 120_000, raw="```python\n" + "x\n" * 120_000)
            await send_all(sheet, [author.update()])

    async def save(sheet: Sheet) -> None:
        author = authors[sheet.document]
        author.text("style000").insert(0, "y")
        await send_all(sheet, [author.update()])
        sheet.send("save", request=1)
        await sheet.receive("version", "error")

    attack.begin()
    await attack.each(sheets, save)


def splits(client: int, character: str, length: int) -> list[bytes]:
    """Return an update that makes a long text, and some that delete a character of it at 290 places each."""
    author = Author(client)
    author.add("splits", character * length)
    width = len(character.encode("utf-16-le")) // 2
    updates = [author.update()]
    for first in range(100, length * width - 290 * 12, 290 * 12):
        ranges = b"".join(number(first + 12 * each) + number(width) for each in range(290))
        updates.append(b"\0\x01" + number(client) + number(290) + ranges)
    return updates


@pattern("a long text split at 290 places in each edit, 20 sheets")
async def long_splits(attack: Attack) -> None:
    """Each place costs the length of what is split."""
    updates = splits(6_000_001, "∫", 160_000)
    sheets = await attack.sheets(20)
    attack.begin()
    await attack.each(sheets, lambda sheet: send_all(sheet, updates))


@pattern("characters cut in two, 3 sheets")
async def cut_characters(attack: Attack) -> None:
    """Deletions of one UTF-16 unit of two; those before and behind it are whole."""
    first, *others = splits(6_000_002, "𝔸", 119_000)
    halves = [b"\0\x01" + number(6_000_002) + b"\x01" + number(101 + 40 * each) + b"\x01" for each in range(300)]
    sheets = await attack.sheets(3)
    attack.begin()
    await attack.each(sheets, lambda sheet: send_all(sheet, [first, *halves, *others]))
