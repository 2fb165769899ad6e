"""`make bench`: runs groups of scenarios, prints a table for each and writes the figures as JSON.

    make bench                                                   everything, beside the floor and beside Jupyter
    make bench ARGUMENTS="--only throughput --no-jupyter"        one group, without Jupyter: about a minute
    make bench ARGUMENTS="--only latency,memory --no-jupyter --no-sage --json /tmp/figures.json"
    make bench ARGUMENTS=page                                    the browser's page, beside JupyterLab's

Groups:
  throughput   evaluations a second and processor time of twenty sessions: the same cell, edit-and-run
  latency      first result, round trip, interrupt, restart
  interact     a slider that is dragged: to the new value, to the new plot
  flood        20 MB of output
  memory       idle and used sessions
  websockets   2,000 idle ones, bare and with a document: about four minutes
  many         10,000 idle ones: about two minutes
  growth       what a person costs among 1 to 1,000: about four minutes
  hostile      an ordinary account beside each pattern of a hostile one: about nine minutes, and only when it is named;
               --patterns "print,paste" for those whose names hold one of these

The floor always runs in the same run, because ratios to it are what the bars are about.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.groups import GROUPS, USUAL
from benchmarks.report import HEAD, table

Results = dict[str, Any]


def machine() -> Results:
    """Say what this was measured on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    return {"cores": os.cpu_count(), "cpu": model, "kernel": platform.release(), "python": platform.python_version()}


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--daemon", required=True, help="the daemon's virtual environment")
    parser.add_argument("--only", default=",".join(USUAL), help="groups, separated by commas")
    parser.add_argument("--jupyter", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--sage", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--their-starts", type=int, default=5)
    parser.add_argument("--trips", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=8, help="of each load")
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--patterns", default="", help="of a hostile account: parts of their names, by commas")
    parser.add_argument("--json", type=Path, help="where the figures go; by default a file in benchmarks/results")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(GROUPS):
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    return options


async def measure(options: argparse.Namespace) -> Results:
    """Run the groups one after the other, so that nothing disturbs anything else."""
    results: Results = {"machine": machine(), "time": datetime.now(UTC).isoformat()}
    for name in options.only:
        bench = Bench(options)
        load = os.getloadavg()[0]
        results[name] = await GROUPS[name].measure(bench)
        results[name]["load_before"], results[name]["reactor"] = load, bench.stalls
        group, found = GROUPS[name], results[name]
        shown = group.lines(found) if name == "hostile" else [*HEAD, table(group.ROWS, found)]
        print("\n".join((f"\n{name}\n", *shown)))
        print(f"\nload before {load:.1f}; the reactor: {json.dumps(bench.stalls)}", flush=True)
    return results


def main() -> None:
    """Measure, print and write."""
    options = arguments()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Whoever ends a benchmark ends the servers that it has started, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    results = asyncio.run(measure(options))
    target = options.json or Path("benchmarks/results") / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"\nwritten to {target}")


if __name__ == "__main__":
    main()
