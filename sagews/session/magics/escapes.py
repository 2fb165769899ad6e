"""Lines that are no Python (`%name …`, `x = %name …`, `!command`, `x = !command`, `name?`) become calls in place.

IPython's own transformations do it, used as a library, so that what people know from there is understood in the same
way: they look at tokens, and so leave a `%` inside of brackets or of a text alone. They cost a tokenization, so cells
without such a line are told apart by one expression first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

_candidate = re.compile(r"^[ \t]*[%!?]|=[ \t]*[%!]|\?[ \t]*;?[ \t]*$", re.MULTILINE)
_command = re.compile(r"[ \t]*(?:[\w., \t]+=[ \t]*)?[%!]")


def translated(source: str) -> str:
    """Return a cell's text with such lines as calls of `get_ipython()`; every line keeps its number."""
    if not _candidate.search(source):
        return source
    lines = source.splitlines(keepends=True)
    ended = lines[-1].endswith("\n")
    if not ended:
        # The transformations take whole lines.
        lines[-1] += "\n"
    changed = TransformerManager().do_token_transforms(lines)
    if sum(map(_breaks, changed)) != len(lines):
        # A command that goes on behind a backslash is joined into one line, and what follows would move up.
        changed = TransformerManager().do_token_transforms(list(_joined(lines)))
    text = "".join(changed)
    return text if ended else text.removesuffix("\n")


def _breaks(text: str) -> int:
    return text.count("\n")


def _joined(lines: list[str]) -> Iterator[str]:
    """Yield the lines with commands of several lines on one, and empty lines behind them for those that they took."""
    held, taken = "", 0
    for line in lines:
        goes_on = line.endswith("\\\n") and (held or _command.match(line))
        if goes_on:
            held, taken = held + line[:-2], taken + 1
        else:
            yield held + line
            yield from ["\n"] * taken
            held, taken = "", 0
    if held:
        yield f"{held}\n"
