"""Websockets and calls: frames that say nothing, pages that come and go, lists, passwords, versions."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.hostile.attack import Attack, Sheet, pattern
from benchmarks.hostile.programs import run_as, with_socket

# A masked ping without content, and a masked fragment of a text without content that does not end it.
PING = b"\x89\x80\0\0\0\0"
FRAGMENT = b"\x00\x80\0\0\0\0"
SILENT = 2000


@pattern("pings and empty fragments without end")
async def pings(attack: Attack) -> None:
    """From four pages, as fast as they are read."""
    sheets = await attack.sheets(4)
    for sheet in sheets:
        sheet.ignore()

    async def send(sheet: Sheet) -> None:
        transport: Any = sheet.connection.transport.underlying_transport
        if sheet.connection.closed or transport.is_closing():
            raise RuntimeError("closed")
        if transport.get_write_buffer_size() < 64 * 1024:
            transport.write((b"\x01\x80\0\0\0\0" + FRAGMENT * 5000) if sheet is sheets[0] else PING * 5000)
            attack.done["frames"] += 5000
        await asyncio.sleep(0.002)

    attack.begin()
    await attack.each(sheets, send)


@pattern("presence at its bound, 18 pages, and of 1 MB")
async def presence(attack: Attack) -> None:
    """Each goes to all the others."""
    first = await attack.sheet()
    sheets = [first, *[await attack.open(first.workspace, first.document) for _ in range(17)]]
    for sheet in sheets:
        sheet.ignore()

    async def send(sheet: Sheet) -> None:
        if sheet.connection.closed:
            raise RuntimeError("closed")
        for _ in range(20):
            sheet.send("presence", document=sheet.document, state={"cell": "x" * 3800})
        if sheet is first:
            sheet.send("presence", document=sheet.document, state={"cell": [1] * 300_000})
        await asyncio.sleep(0.05)

    attack.begin()
    await attack.each(sheets, send)


@pattern("32 tabs that reconnect")
async def tabs(attack: Attack) -> None:
    """Ticket, websocket, greeting, worksheet, and gone."""
    first = await attack.sheet()

    async def come_and_go() -> None:
        while True:
            try:
                sheet = await attack.open(first.workspace, first.document)
                await sheet.close()
                attack.done["rounds"] += 1
            except (RuntimeError, OSError, TimeoutError):
                attack.done["failed"] += 1
                await asyncio.sleep(0.05)

    attack.begin()
    await asyncio.gather(*(come_and_go() for _ in range(32)))


@pattern("2,200 requests in a packet, 16 connections")
async def pipelined(attack: Attack) -> None:
    """Refused, all of them, without an account; each connection comes again when it is closed."""
    host, port = attack.site.base.removeprefix("http://").split(":")
    packet = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n" * 2200

    async def flood() -> None:
        while True:
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(packet)
                while answers := await asyncio.wait_for(reader.read(2**16), 2):
                    attack.done["refused"] += answers.count(b"HTTP/1.1 ")
            except (OSError, TimeoutError):
                attack.done["cut"] += 1
            finally:
                writer.close()

    attack.begin()
    await asyncio.gather(*(flood() for _ in range(16)))


@pattern("2,000 silent sockets")
async def silent(attack: Attack) -> None:
    """Connected, and not a word; those that are closed come again."""
    host, port = attack.site.base.removeprefix("http://").split(":")
    greeting = (
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()

    async def hold() -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(greeting)
                while await reader.read(1000):
                    pass
                writer.close()
            except OSError:
                attack.done["failed"] += 1
            attack.done["rounds"] += 1
            await asyncio.sleep(0.5)

    attack.begin()
    await asyncio.gather(*(hold() for _ in range(SILENT)))


@pattern("500 workspaces, 16 lists at once")
async def lists(attack: Attack) -> None:
    """As many as an account may have."""
    for _ in range(50):
        await asyncio.gather(*(attack.site.document() for _ in range(10)))

    async def ask() -> None:
        while True:
            await attack.site.get("/api/workspaces?limit=100")
            attack.done["rounds"] += 1

    attack.begin()
    await asyncio.gather(*(ask() for _ in range(16)))


@pattern("a named version's outputs of 15 MB, 4 pages")
async def version_outputs(attack: Attack) -> None:
    """Read again and again."""
    sheet = (await attack.sessions(1))[0]
    source = with_socket("for _ in range(230): tell(type='stream', run=RUN, name='stdout', text='x' * 60_000)")
    await run_as(sheet, source)
    sheet.send("save", request=1, name="kept")
    saved = await sheet.receive("version", "error")
    sheets = [sheet, *[await attack.open(sheet.workspace, sheet.document) for _ in range(3)]]

    async def read(reader: Sheet) -> None:
        reader.send("version_outputs", request=2, version=saved["version"]["id"])
        await reader.receive("version_outputs", "error")

    attack.begin()
    await attack.each(sheets, read)


@pattern("a version of 20 MB brought back again and again")
async def reverts(attack: Attack) -> None:
    """Files that no compression makes smaller."""
    sheet = (await attack.sessions(1))[0]
    versions = []
    for _ in range(2):
        await sheet.write("import os\nfor n in range(5): open(f'f{n}', 'wb').write(os.urandom(4_000_000))")
        await sheet.until_over(sheet.start())
        sheet.send("save", request=1)
        saved = await sheet.receive("version", "error")
        versions.append(saved["version"]["id"])

    async def revert(one: Sheet) -> None:
        for version in versions:
            one.send("revert", request=2, version=version)
            await one.receive("version", "error")

    attack.begin()
    await attack.each([sheet], revert)


@pattern("wrong passwords, while stored outputs are loaded")
async def passwords(attack: Attack) -> None:
    """Sixteen sign-ins at a time beside readings of 15 MB."""
    sheet = (await attack.sessions(1))[0]
    source = with_socket("for _ in range(230): tell(type='stream', run=RUN, name='stdout', text='x' * 60_000)")
    run = ""

    def named(own: str) -> str:
        nonlocal run
        run = own
        return source.replace("{run}", own)

    await sheet.evaluate_as(named)
    readers = [await attack.open(sheet.workspace, sheet.document) for _ in range(4)]

    async def read(reader: Sheet) -> None:
        reader.send("output", document=reader.document, request=1, run=run)
        await reader.receive("whole_output", "error")

    async def sign_in() -> None:
        while True:
            try:
                await attack.site.post("/api/signin", {"email": "neighbour@example.org", "password": "wrong" * 4})
            except RuntimeError:
                attack.done["refused"] += 1

    attack.begin()
    await asyncio.gather(attack.each(readers, read), *(sign_in() for _ in range(16)))
