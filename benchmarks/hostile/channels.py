"""What cells and people say to each other: controls, questions, areas, names, and what is asked beside a cell."""

from __future__ import annotations

import asyncio

from benchmarks.hostile.attack import Attack, Sheet, pattern
from benchmarks.hostile.programs import of_socket, run_as, with_socket

BODY = """
def control(n): return {"name": f"c{n}", "kind": "text", "label": "x", "rows": 1}
def body(count, size):
    controls = [control(n) for n in range(count)]
    values = {each["name"]: "x" * size for each in controls}
    return {"area": 1, "controls": controls, "layout": None, "auto": True, "values": values}
def shows(n, count, size): tell(type="open", run=RUN, channel=n, kind="interact", area=0, body=body(count, size))
def state(n, **patch): tell(type="state", run=RUN, channel=n, body=patch, over=False)
"""
SLIDERS = "interact(lambda {}: None);".format(", ".join(f"c{n}=(0, 1000)" for n in range(60)))


@pattern("controls opened and closed without end, beside large ones")
async def opened(attack: Attack) -> None:
    """Small ones, beside 30 that take two megabytes."""
    await of_socket(
        attack,
        4,
        BODY
        + """
for n in range(1, 31): shows(n, 1, 60_000)
for _ in range(6000):
    shows(31, 1, 1)
    tell(type="close", run=RUN, channel=31)
""",
    )


@pattern("controls with 4,000 labels that are others each time, 19 sessions")
async def others(attack: Attack) -> None:
    """As much as a frame may hold of them, again and again."""
    await of_socket(
        attack,
        19,
        BODY
        + """
shows(1, 1, 1)
for _ in range(150):
    controls = [{"name": f"c{n}", "kind": "select", "label": "", "labels": ["x" * 40] * 100} for n in range(40)]
    state(1, controls=controls, layout=None, values={f"c{n}": 0 for n in range(40)})
""",
    )


@pattern("grids of 1,000 boxes that change without end, 19 sessions")
async def grids(attack: Attack) -> None:
    """Values that are lists of lists."""
    await of_socket(
        attack,
        19,
        BODY
        + """
grid = {"name": "g", "kind": "grid", "label": "", "rows": 10, "columns": 100}
for n in range(1, 31):
    opened = {"area": 1, "controls": [grid], "layout": None, "auto": True, "values": {"g": [[""] * 100] * 10}}
    tell(type="open", run=RUN, channel=n, kind="interact", area=0, body=opened)
for round in range(400):
    state(1 + round % 30, values={"g": [["x" * 20] * 100] * 10})
""",
    )


@pattern("all of 60 sliders moved without end, 18 pages")
async def moved(attack: Attack) -> None:
    """Of one worksheet; each is told to all the others."""
    first = await attack.sheet(SLIDERS)
    run = first.start()
    await first.until_over(run)
    sheets = [first, *[await attack.open(first.workspace, first.document) for _ in range(17)]]
    for sheet in sheets:
        sheet.ignore()
    serials = iter(range(1, 10**9))

    async def send(sheet: Sheet) -> None:
        if sheet.connection.closed:
            raise RuntimeError("closed")
        for _ in range(20):
            serial = next(serials)
            said = {"values": {f"c{n}": serial % 1000 for n in range(60)}, "serial": serial}
            sheet.send("channel_message", document=sheet.document, run=run, channel=1, body=said)
        await asyncio.sleep(0.02)

    attack.begin()
    await attack.each(sheets, send)


@pattern("questions asked and taken back without end, 10 sessions")
async def questions(attack: Attack) -> None:
    """As many as a run may have, and the next run."""
    await of_socket(
        attack,
        10,
        """
        for n in range(1, 1001):
            tell(type="open", run=RUN, channel=n, kind="input", area=0, body={"prompt": "x" * 4000, "hidden": False})
            tell(type="close", run=RUN, channel=n)
        """,
    )


@pattern("1,000 areas cleared and filled without end, 10 sessions")
async def areas(attack: Attack) -> None:
    """In chains of eight, of which the first are cleared."""
    await of_socket(
        attack,
        10,
        """
        for n in range(1, 1001): tell(type="area", run=RUN, area=n, parent=n - 1 if n % 8 else 0, shown=True)
        for round in range(3000):
            tell(type="stream", run=RUN, name="stdout", text="x", area=1 + round % 1000)
            tell(type="clear", run=RUN, area=8 * (round % 120), wait=bool(round % 2))
        """,
    )


@pattern("4,000 pieces of one display replaced without end, 10 sessions")
async def replaced(attack: Attack) -> None:
    """All that have the name at once."""
    await of_socket(
        attack,
        10,
        """
        data = {"text/plain": "x"}
        for n in range(4000): tell(type="display", run=RUN, data=data, metadata={}, display="d")
        for _ in range(400): tell(type="update", run=RUN, data=data, metadata={}, display="d")
        """,
    )


@pattern("names asked for without end, 18 pages, 20,000 of them known")
async def names(attack: Attack) -> None:
    """After cells that wrote 500 each."""
    first = await attack.sheet()
    for number in range(40):
        await first.write("\n".join(f"name_{'x' * 80}_{number}_{n} = 0" for n in range(45)))
        await first.until_over(first.start())
    sheets = [first, *[await attack.open(first.workspace, first.document) for _ in range(17)]]

    async def ask(sheet: Sheet) -> None:
        for request in range(1, 9):
            sheet.send("names", document=sheet.document, request=request)
        await sheet.receive("names", "error")

    attack.begin()
    await attack.each(sheets, ask)


@pattern("completions of 60 KB asked for without end while cells run, 10 sessions")
async def completions(attack: Attack) -> None:
    """Several at a time."""
    sheets = await attack.sessions(10)
    for sheet in sheets:
        await sheet.write("while True: pass")
        sheet.start()
    code = "x = 1\n" * 10_000 + "prin"

    async def ask(sheet: Sheet) -> None:
        for request in range(1, 17):
            sheet.send("complete", document=sheet.document, request=request, code=code, cursor=len(code))
        for _ in range(16):
            await sheet.receive("completions", "error")

    attack.begin()
    await attack.each(sheets, ask)


@pattern("worksheets with 4 MB of controls opened again and again, 4 pages")
async def reopened(attack: Attack) -> None:
    """Each gets all of them."""
    sheets = await attack.sessions(4)
    source = BODY + "for n in range(1, 38): shows(n, 1, 60_000)\n"
    for sheet in sheets:
        await run_as(sheet, with_socket(source))

    async def again(sheet: Sheet) -> None:
        sheet.send("open", document=sheet.document, vector="")
        await sheet.receive("opened", "error")

    attack.begin()
    await attack.each(sheets, again)
