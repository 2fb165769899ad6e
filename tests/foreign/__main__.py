"""`make foreign`: Sage's own examples as cells, over a page's websocket, against a daemon of its own.

    make foreign                                                  a sample of every area, into docs/foreign.md
    make foreign ARGUMENTS="--areas PARI,graphs --docstrings 30"  some areas, more of each
    make foreign ARGUMENTS="--seed 7 --show"                      another sample; print what differs; write no file

The examples come from the docstrings of the installed Sage, with Sage's own parser; its own doctest machinery says
which of them pass in this environment at all, and its own checker compares. Exit status 0 when at least 99.7 % of those
pass as cells.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from tests.e2e.running import RunningDaemon, session_environments
from tests.foreign import outputs
from tests.foreign.page import Page
from tests.soak.connection import Site

ROOT = Path(__file__).resolve().parents[2]
WANTED = 99.7
HEAD = """# Sage's own examples as cells

`make foreign` takes examples from the docstrings of the installed Sage, runs them beside Sage's own doctest machinery,
and each as a cell over a page's websocket, one session a docstring. The last column counts, of what Sage's own
machinery passes in the same environment, what shows the same as a cell, by Sage's own checker. Left out are examples
whose output is a value inside of a block (a prompt shows it, a cell does not), and docstrings that ask which backend of
Sage's display is in use, because a worksheet has one of its own. This is a sample of {seed_words}.

"""


def ask_sage(what: str, order: Any) -> Any:
    """Have the half that needs Sage do something."""
    program = [f"{session_environments()['sage']}/bin/python", str(Path(__file__).with_name("sage_side.py")), what]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    answer = subprocess.run(
        program,
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
        check=True,
    )
    return json.loads(answer.stdout)


async def over_the_websocket(reactor: Any, daemon: RunningDaemon, docstrings: list[dict[str, Any]]) -> None:
    """Run everything as a page does."""
    origin, token = daemon.first_link().split("#first=")
    site = Site(reactor, "/".join(origin.split("/")[:3]))
    await site.sign_in(token)
    page = Page(site)
    await page.make()
    for number, docstring in enumerate(docstrings, 1):
        await page.run(docstring)
        for example in [docstring.pop("preamble"), *docstring["examples"]]:
            if "lost" in example:
                sys.stderr.write(f"\n{docstring['name']}: {example['source'].strip()}: {example['lost']}\n")
        sys.stderr.write(f"\r{number} of {len(docstrings)} docstrings")


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="make foreign", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--docstrings", type=int, default=25, help="of each area")
    parser.add_argument("--areas", default="")
    parser.add_argument("--show", action="store_true", help="print what differs, and write no file")
    return parser.parse_args()


def main() -> int:
    """Collect, run, judge, report."""
    options = arguments()
    areas = [each for each in options.areas.split(",") if each]
    docstrings = ask_sage("collect", {"seed": options.seed, "docstrings": options.docstrings, "areas": areas})
    daemon = RunningDaemon()
    try:
        daemon.start()

        def work(reactor: Any) -> Deferred[None]:
            return Deferred.fromCoroutine(over_the_websocket(reactor, daemon, docstrings))

        react(work, ())
    except SystemExit as ended:
        if ended.code:
            raise
    finally:
        daemon.stop()
        daemon.remove()
    return report(ask_sage("judge", docstrings), options)


def report(docstrings: list[dict[str, Any]], options: argparse.Namespace) -> int:
    """Print the table, and write it down."""
    counted = outputs.judged(docstrings)
    told = outputs.table(counted)
    sys.stdout.write(f"\n{told}\n")
    if options.show:
        for name, example in outputs.differing(docstrings):
            sys.stdout.write(f"\n{name}\n  {example['source'].rstrip()}\n  wanted {example['want']!r}\n")
            sys.stdout.write(f"  shown  {example.get('got')!r} {example.get('error') or example.get('lost') or ''}\n")
    else:
        words = f"{options.docstrings} docstrings of each area, seed {options.seed}"
        (ROOT / "docs" / "foreign.md").write_text(HEAD.format(seed_words=words) + told + "\n", encoding="utf-8")
    passed, asked = (sum(counts[key] for counts in counted.values()) for key in ("cells", "Sage"))
    return 0 if asked and 100 * passed >= WANTED * asked else 1


if __name__ == "__main__":
    sys.exit(main())
