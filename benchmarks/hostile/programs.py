"""Programs in cells: what they print, show and say to the worker themselves, and what they take of the machine."""

from __future__ import annotations

import asyncio
import textwrap

from benchmarks.hostile.attack import Attack, Sheet, new_id, pattern

PRINTS = "while True: print('x' * 1000)"
# The session's own socket is the one socket that it has; frames are those of docs/protocol-session.md.
SOCKET = """
import json, os, stat, struct
RUN = "{run}"
own = next(n for n in range(3, 200) if os.path.exists(f"/proc/self/fd/{n}") and stat.S_ISSOCK(os.fstat(n).st_mode))
os.set_blocking(own, True)
def say(payload):
    data = memoryview(struct.pack(">I", len(payload)) + payload)
    while data:
        data = data[os.write(own, data):]
def tell(**fields):
    say(json.dumps(fields, separators=(",", ":")).encode())
"""


def with_socket(program: str) -> str:
    """Return a cell that speaks over its session's own socket; `{run}` in it is its run's id."""
    return SOCKET + textwrap.dedent(program)


async def run_as(sheet: Sheet, source: str) -> None:
    """Run a source that holds its run's id."""
    await sheet.evaluate_as(lambda run: source.replace("{run}", run))


async def of_socket(attack: Attack, count: int, program: str) -> None:
    """Run a program over the sockets of so many sessions, again and again."""
    source = with_socket(program)
    sheets = await attack.sessions(count)
    attack.begin()
    await attack.each(sheets, lambda sheet: run_as(sheet, source))


@pattern("20 print floods with a reader that stalls")
async def unread(attack: Attack) -> None:
    """Nobody reads what twenty sessions print."""
    sheets = await attack.sessions(20)
    for sheet in sheets:
        await sheet.write(PRINTS)
    attack.begin()
    for sheet in sheets:
        sheet.start()
        sheet.connection.transport.underlying_transport.pause_reading()
    await asyncio.Event().wait()


@pattern("19 print floods that are read")
async def prints(attack: Attack) -> None:
    """Nineteen sessions print until they are stopped, and again."""
    sheets = await attack.sessions(19)
    for sheet in sheets:
        await sheet.write(PRINTS)
    attack.begin()
    await attack.each(sheets, lambda sheet: sheet.until_over(sheet.start()))


@pattern("small frames straight to the session's socket")
async def small_frames(attack: Attack) -> None:
    """A byte in each."""
    await of_socket(
        attack,
        10,
        """
        one = json.dumps({"type": "stream", "run": RUN, "name": "stdout", "text": "x"}).encode()
        many = (struct.pack(">I", len(one)) + one) * 500
        for _ in range(400): os.write(own, many)
        """,
    )


@pattern("large tracebacks straight to the socket")
async def tracebacks(attack: Attack) -> None:
    """Sixty-four frames with sixteen lines each."""
    await of_socket(
        attack,
        10,
        """
        lines = [[n, "x" * 60] for n in range(16)]
        frames = [{"file": "f", "line": 1, "function": "g", "user": True, "source": lines}] * 64
        for _ in range(150):
            tell(type="error", run=RUN, name="E", message="m", frames=frames, plain="")
        """,
    )


VALUES = """
say(b'{"type":"display","run":"' + RUN.encode() + b'","data":{"application/json":['
    + b"1," * 2_000_000 + b'1]},"metadata":{}}')
"""


@pattern("frames of 4 MB with two million values, 2 sessions")
async def values_2(attack: Attack) -> None:
    """Each ends its session, and another one begins."""
    await of_socket(attack, 2, VALUES)


@pattern("the same, 19 sessions")
async def values_19(attack: Attack) -> None:
    """From nineteen."""
    await of_socket(attack, 19, VALUES)


@pattern("largest legal JSON displays, 19 sessions")
async def displays(attack: Attack) -> None:
    """As many values as a frame may hold, in as many bytes as it may have."""
    await of_socket(
        attack,
        19,
        """
        value = ["x" * 55] * 49_000
        for _ in range(4):
            tell(type="display", run=RUN, data={"application/json": value}, metadata={})
        """,
    )


@pattern("lists in lists shown, 1 session")
async def nested(attack: Attack) -> None:
    """Many values with few commas between them."""
    await of_socket(
        attack,
        1,
        """
        value = 1
        for _ in range(20): value = [value]
        for _ in range(60):
            tell(type="display", run=RUN, data={"application/json": [value] * 2300}, metadata={})
        """,
    )


@pattern("integers of 4,299 digits shown, 1 session")
async def integers(attack: Attack) -> None:
    """Nine hundred of them."""
    await of_socket(
        attack,
        1,
        """
        say(b'{"type":"display","run":"' + RUN.encode() + b'","data":{"application/json":['
            + b",".join([b"9" * 4299] * 900) + b']},"metadata":{}}')
        """,
    )


@pattern("large frames of other types, 19 sessions")
async def other_types(attack: Attack) -> None:
    """An error with a field that no error has."""
    await of_socket(
        attack,
        19,
        """
        tell(type="error", run=RUN, name="E", message="m", frames=[], plain="", x=["x" * 70] * 49_000)
        """,
    )


@pattern("metadata of 24,000 keys, 19 sessions")
async def metadata(attack: Attack) -> None:
    """Beside an empty text."""
    await of_socket(
        attack,
        19,
        """
        many = {f"k{n}": n for n in range(24_000)}
        tell(type="display", run=RUN, data={"text/plain": ""}, metadata={"a": many})
        """,
    )


@pattern("texts of 4 MB shown, 19 sessions")
async def texts(attack: Attack) -> None:
    """One text each, of letters that take three bytes."""
    await of_socket(
        attack,
        19,
        """
        text = "\\u222b" * 1_300_000
        payload = json.dumps({"type": "display", "run": RUN, "data": {"text/plain": text}, "metadata": {}},
                             ensure_ascii=False).encode()
        for _ in range(4): say(payload)
        """,
    )


@pattern("pictures of 3 MB shown, 4 sessions and 4 pages each")
async def pictures(attack: Attack) -> None:
    """What is shown goes to every page that watches."""
    source = with_socket(
        """
        import base64
        data = base64.b64encode(os.urandom(2_300_000)).decode()
        for _ in range(4):
            tell(type="display", run=RUN, data={"image/png": data}, metadata={})
        """
    )
    sheets = await attack.sessions(4)
    for sheet in sheets:
        for _ in range(3):
            (await attack.open(sheet.workspace, sheet.document)).ignore()
    attack.begin()
    await attack.each(sheets, lambda sheet: run_as(sheet, source))


@pattern("the same run id in 40 sheets")
async def same_id(attack: Attack) -> None:
    """One id cannot be two runs."""
    sheets = await attack.sheets(40)
    attack.begin()
    while True:
        run = new_id()
        for sheet in sheets:
            sheet.run_again(run)
        await sheets[0].until_over(run)
        attack.done["rounds"] += 1


@pattern("`run` naming a cell of 480 KB 500 times")
async def runs(attack: Attack) -> None:
    """Asked for again and again, and forgotten."""
    sheets = await attack.sessions(2)
    for sheet in sheets:
        await sheet.write("#" + "x" * 480_000)
        sheet.ignore()

    async def ask(sheet: Sheet) -> None:
        cells = [{"cell": sheet.cell, "run": new_id(), "hash": sheet.hash} for _ in range(500)]
        sheet.send("run", document=sheet.document, cells=cells)
        sheet.send("interrupt", document=sheet.document)
        await asyncio.sleep(0.02)

    attack.begin()
    await attack.each(sheets, ask)


@pattern("outputs to their quota, 8 sheets")
async def outputs(attack: Attack) -> None:
    """Fifteen megabytes each time, which take the place of the last ones."""
    await of_socket(
        attack,
        8,
        """
        text = "x" * 60_000
        for _ in range(250): tell(type="stream", run=RUN, name="stdout", text=text)
        """,
    )


@pattern("`output` of megabytes, again and again")
async def readings(attack: Attack) -> None:
    """What a run printed, read from the database by ten pages."""
    sheet = (await attack.sessions(1))[0]
    source = with_socket("for _ in range(130): tell(type='stream', run=RUN, name='stdout', text='x' * 60_000)")
    run = ""

    def named(own: str) -> str:
        nonlocal run
        run = own
        return source.replace("{run}", own)

    await sheet.evaluate_as(named)
    sheets = [sheet, *[await attack.open(sheet.workspace, sheet.document) for _ in range(9)]]

    async def read(reader: Sheet) -> None:
        reader.send("output", document=reader.document, request=1, run=run)
        await reader.receive("whole_output", "error")

    attack.begin()
    await attack.each(sheets, read)


async def of_machine(attack: Attack, count: int, program: str) -> None:
    """Run a program in so many sessions, again when it ends."""
    sheets = await attack.sessions(count)
    for sheet in sheets:
        await sheet.write(textwrap.dedent(program))
    attack.begin()
    await attack.each(sheets, lambda sheet: sheet.until_over(sheet.start()))


@pattern("fork bomb, 3 sessions")
async def forks(attack: Attack) -> None:
    """Within the jail's own bound."""
    await of_machine(
        attack,
        3,
        """
        import os
        while True:
            try: os.fork()
            except OSError: pass
        """,
    )


@pattern("memory bomb, 3 sessions")
async def memory(attack: Attack) -> None:
    """Within the jail's own bound."""
    await of_machine(attack, 3, "held = []\nwhile True: held.append(bytearray(50_000_000))")


@pattern("180 spinning processes")
async def spinning(attack: Attack) -> None:
    """Sixty in each of three sessions."""
    await of_machine(
        attack,
        3,
        """
        import os
        for _ in range(59):
            if not os.fork(): break
        while True: pass
        """,
    )


@pattern("a home filled by writing, 4 sessions")
async def filling(attack: Attack) -> None:
    """Two hundred megabytes, removed and written again."""
    await of_machine(
        attack,
        4,
        """
        import os
        while True:
            with open("large", "wb") as file:
                for _ in range(200): file.write(bytes(1_000_000))
            os.unlink("large")
        """,
    )


@pattern("files by the thousand, 4 sessions")
async def files(attack: Attack) -> None:
    """Made and removed."""
    await of_machine(
        attack,
        4,
        """
        import os
        while True:
            for n in range(5000): open(f"f{n}", "w").close()
            for n in range(5000): os.unlink(f"f{n}")
        """,
    )
