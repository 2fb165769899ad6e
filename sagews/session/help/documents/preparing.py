"""From a docstring as it was written to text that docutils reads well, and to text that people read well.

Sage's docstrings have blocks of tests that nobody looks something up in, and marks for the program that checks their
examples.
"""

from __future__ import annotations

import inspect
import re

LONGEST = 60_000
"""Characters of a docstring that are looked at; Sage's longest have some 40,000."""

_tests = re.compile(r"( *)TESTS?::?\s*\Z")
_block = re.compile(r" *(?:\.\. +[-_A-Za-z]+::|[A-Z][A-Z ]+:)")
_underline = re.compile(r" *([-=`'\"~_^*+#><])\1+ *\Z")
# What says to the checker of examples when to run a line.
_marks = re.compile(
    r"[ \t]+#[ \t]*(?:needs|optional|long time|not tested|known bug|indirect doctest|abs tol|rel tol)\b[^\n]*"
)
# What Cython writes before a docstring: the signature once more, and where it was compiled from.
_embedded = re.compile(r"\A(?:[\w.]+\(.*\)[^\n]*\n)?(?:\s*File: [^\n]*\n)?")
_role = re.compile(r":[a-z:_]+:`(?:[^`<]*<)?[~!]?([^`>]*)>?`")


def prepared(document: str) -> str:
    """Return a docstring without margins, tests, and marks for the program that checks it."""
    text = inspect.cleandoc(_embedded.sub("", document[:LONGEST], count=1))
    return _marks.sub("", _without_tests(text)).strip()


def first_sentence(document: str) -> str:
    """Return the first sentence or paragraph in one line of plain words."""
    paragraph = prepared(document[:4000]).partition("\n\n")[0]
    words = _role.sub(r"\1", paragraph).replace("`", "")
    line = " ".join(words.split()).removesuffix("::")
    return re.split(r"(?<=[a-z)\]]\.) (?=[A-Z])", line, maxsplit=1)[0]


def _without_tests(text: str) -> str:
    if "TEST" not in text:
        return text
    kept: list[str] = []
    margin, previous, skipping = "", "", False
    for line in text.split("\n"):
        if not skipping:
            found = _tests.match(line)
            if found:
                margin, skipping = found[1], True
            else:
                kept.append(line)
        elif _ends_tests(line, margin):
            skipping = False
            # The line above an underline is the heading that it belongs to.
            kept += [previous, line] if _underline.match(line) else [line]
        previous = line
    return "\n".join(kept)


def _ends_tests(line: str, margin: str) -> bool:
    if not line.strip() or line.startswith(f"{margin} "):
        return False
    if not line.startswith(margin):
        return True
    return bool((_block.match(line) and not _tests.match(line)) or _underline.match(line))
