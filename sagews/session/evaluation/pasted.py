"""Makes pasted text runnable: prompts of examples are taken off, and what web pages typeset becomes what Python reads.

Examples in documentation carry prompts and show outputs between them; pages turn spaces, quotes and minus signs into
look-alikes that no parser takes. Both are undone before a cell is compiled, on the same lines, so that tracebacks still
name the lines that a person sees. Texts in quotes keep their characters: there they may be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_first_prompt = re.compile(r"[ \t]*(?:sage: ?|>>>(?: |$)|In \[\d*\]: ?)")
_further_prompt = re.compile(r"[ \t]*(?:\.{4}: ?|\.\.\.(?: |$)|[ ]*\.{3,}: ?)")
_begins_with_prompt = re.compile(r"\s*(?:sage: ?|>>> |In \[\d+\]: ?)")

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NOTHING = "\u200b\u200c\u200d\u2060\ufeff"
_MINUS = "\u2212\u2013\u2010\u2011\ufe63\uff0d"
_DOUBLE, _SINGLE = "\u201c\u201d\u201e\u201f", "\u2018\u2019\u201a\u201b"
_replaced = (
    {ord(each): " " for each in _SPACES} | {ord(each): "-" for each in _MINUS} | dict.fromkeys(map(ord, _NOTHING))
)
_replaced |= {ord(each): '"' for each in _DOUBLE} | {ord(each): "'" for each in _SINGLE}
_replaced |= {0x00D7: "*", 0x22C5: "*", 0x2215: "/", 0x2044: "/"}
_LOOKALIKES = "".join(map(chr, _replaced))
_lookalike = re.compile(f"[{re.escape(_LOOKALIKES)}]")
# Whatever Python would read as one text or remark is matched first, so that the last branch sees code alone.
_piece = re.compile(
    r"""(?s:'{3}.*?(?:'{3}|\Z))|(?s:"{3}.*?(?:"{3}|\Z))|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\#[^\n]*"""
    rf"""|(?P<double>[{_DOUBLE}])(?P<in_double>[^{_DOUBLE}"\n]*)[{_DOUBLE}]"""
    rf"""|(?P<single>[{_SINGLE}])(?P<in_single>[^{_SINGLE}'\n]*)[{_SINGLE}]"""
    rf"""|(?P<code>[{re.escape(_LOOKALIKES)}])"""
)


def without_prompts(source: str) -> str:
    """Return a pasted example without its prompts; text that does not begin with a prompt comes back as it is.

    What an example shows as output, that is, every line without a prompt, becomes an empty line.
    """
    if not _begins_with_prompt.match(source):
        return source
    return "\n".join(_prompted(source.split("\n")))


def _prompted(lines: list[str]) -> Iterator[str]:
    block = False
    for line in lines:
        found = _first_prompt.match(line) or _further_prompt.match(line)
        code = line[found.end() :] if found is not None else ""
        # Who pastes the first line of a block and types the rest, indents it; outputs do not follow a colon.
        if found is None and block and line[:1].isspace() and line.strip():
            yield line
            continue
        block = code.rstrip().endswith(":")
        yield code


def without_lookalikes(source: str) -> str:
    """Return code in which characters that only look like Python's are Python's; texts and remarks stay."""
    # Nearly every cell is ASCII, and that costs one look at a flag.
    if source.isascii() or not _lookalike.search(source):
        return source
    return _piece.sub(_plain, source)


def _plain(piece: re.Match[str]) -> str:
    if piece["double"]:
        return f'"{piece["in_double"]}"'
    if piece["single"]:
        return f"'{piece['in_single']}'"
    return piece[0].translate(_replaced) if piece["code"] else piece[0]
