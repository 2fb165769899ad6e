"""A person who drags a slider: from the message of the page to the new picture, and to the end of the evaluation."""

from __future__ import annotations

from benchmarks.bench import Bench, Results
from benchmarks.measure import Spread, Stopwatch
from benchmarks.report import Bar, Row
from benchmarks.servers.workspaces import Site, Worksheet

STEPS = 60
WARM_UP = 5
CELLS = {
    "python": {"value": "interact(lambda n=(0, 1000): n * n);"},
    "sage": {
        "value": "interact(lambda n=(0, 1000): n * n);",
        "plot": "@interact\ndef f(n=(0, 1000)):\n    return plot(sin(n*x/100), (x, 0, 6))",
    },
}


async def drag(sheet: Worksheet, source: str) -> Results:
    """Show an interact and move its slider, each time when the last evaluation is over."""
    await sheet.write(source)
    run = sheet.start()
    _, pieces = await sheet.until_over(run)
    [channel] = [piece["body"]["channel"] for piece in pieces if piece["kind"] == "channel"]
    shown, over = [], []
    for step in range(WARM_UP + STEPS):
        watch = Stopwatch()
        body = {"values": {"n": step + 1}, "serial": step + 1}
        sheet.send("channel_message", document=sheet.document, run=run, channel=channel, body=body)
        while True:
            message = await sheet.receive("output", "channel_state")
            if message["type"] == "output" and message.get("piece", {}).get("kind") == "result":
                shown.append(watch.seconds)
            if message["type"] == "channel_state" and not message["state"]["busy"]:
                break
        over.append(watch.seconds)
    return {
        "shown": Spread.of(shown[WARM_UP:]).figures(),
        "over": Spread.of(over[WARM_UP:]).figures(),
    }


async def of_daemon(site: Site, flavour: str) -> Results:
    """All cells of a flavour, each in a session of its own."""
    results: Results = {}
    for name, source in CELLS[flavour].items():
        sheet = await site.sheet()
        results[name] = await drag(sheet, source)
        await sheet.stop()
    return results


async def measure(bench: Bench) -> Results:
    """Measure all of them."""
    results: Results = {}
    async with bench.daemon() as site:
        results["python"] = await of_daemon(site, "python")
    if bench.sage:
        async with bench.daemon("sage") as site:
            results["sage"] = await of_daemon(site, "sage")
    return results


ROWS = [
    Row("drag to new value p50", "ms", "python.value.shown.median", bars=(Bar("ours", 5, 2),)),
    Row("… p95", "ms", "python.value.shown.p95"),
    Row("drag to new value in Sage p50", "ms", "sage.value.shown.median"),
    Row("drag to new line plot in Sage p50", "ms", "sage.plot.shown.median", bars=(Bar("ours", 60, 40),)),
    Row("… p95", "ms", "sage.plot.shown.p95"),
]
