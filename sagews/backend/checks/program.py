"""The checking process: reads questions from its standard input and answers them on its standard output, until it ends.

It has no secret, no descriptor beyond these two, and a bound on its memory; whoever started it ends it when an answer
takes too long.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from sagews.backend.checks import wire
from sagews.backend.checks.formats import exported, imported, imported_parts
from sagews.backend.checks.notebooks import as_notebook, opened
from sagews.backend.crdt.byte_reader import MalformedUpdate
from sagews.backend.crdt.heavy import compact, fold, loadable, merged, text_of, title_in, try_heavy
from sagews.backend.crdt.update_reader import ManyStructs
from sagews.errors import SagewsError
from sagews.model.updates import Counts
from sagews.model.worksheet.outline import outline

# A document has at most 32 MB with its past; each of the copies that are made of it takes a few times as much.
MAX_MEMORY = 2 * 1024 * 1024 * 1024
NICE = 5
# Of computing for one question. To try the largest edit on the largest document takes about half of it.
SECONDS = 5.0
# To write, to copy or to merge a text goes through every line of up to 8 MB, and what is refused has no version.
LONG_SECONDS = 10.0
LONG = frozenset({"text", "merge", "compact", "outline", "import", "export", "open", "notebook"})


def answer_to(parcel: bytes) -> bytes:
    """Return the answer to a question."""
    try:
        header, blobs = wire.read(parcel)
        # Nothing handles the signal, so it ends the process; seconds in which others computed do not count.
        signal.setitimer(signal.ITIMER_PROF, LONG_SECONDS if header.get("do") in LONG else SECONDS)
        return _do(str(header.get("do")), header, blobs)
    except SagewsError as error:
        return wire.refusal(error)
    except (MalformedUpdate, ManyStructs):
        # An edit is read with its refusals; this is what is stored, or what is open.
        return wire.refusal(SagewsError("internal", correlation="-"))
    except MemoryError:
        return wire.refusal(SagewsError("bad-update", reason="it takes too much memory"))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _do(what: str, header: Mapping[str, Any], blobs: Sequence[bytes]) -> bytes:
    """Do one of the things that wire.py lists."""
    if what == "try" and len(blobs) == 2:
        counts = Counts(wire.count(header, "structs"), wire.count(header, "first"))
        tried = try_heavy(blobs[0], blobs[1], counts)
        return wire.answer({"structs": tried.counts.structs, "first": tried.counts.first}, tried.pieces)
    if what == "load" and blobs:
        loaded = loadable(blobs[0] or None, blobs[1:])
        return wire.answer({"structs": loaded.structs, "crowd": loaded.crowd}, loaded.pieces)
    if what == "fold" and blobs:
        # An empty first blob stands for a document that has no snapshot yet.
        return wire.answer({}, [fold(blobs[0] or None, blobs[1:])])
    if what == "compact" and blobs:
        small = compact(blobs[0] or None, blobs[1:])
        return wire.answer({}, [] if small is None else [small])
    if what in ("text", "title") and len(blobs) == 1:
        told = text_of(blobs[0]) if what == "text" else title_in(blobs[0])
        return wire.answer({}, [told.encode()])
    if what == "merge" and len(blobs) == 2:
        notebook = bool(wire.count(header, "notebook"))
        return wire.answer({}, merged(blobs[0], blobs[1].decode(), notebook=notebook))
    if what == "outline":
        return wire.answer({}, [msgspec.json.encode(outline(text.decode())) for text in blobs])
    return _file(what, blobs)


def _file(what: str, blobs: Sequence[bytes]) -> bytes:
    """Read or write a file of another program."""
    if what == "import" and len(blobs) == 2:
        return wire.answer(*imported_parts(imported(blobs[0].decode(), blobs[1])))
    if what == "open" and len(blobs) == 1:
        return wire.answer(*imported_parts(opened(blobs[0])))
    if what == "notebook" and len(blobs) == 2:
        return wire.answer({}, [as_notebook(*blobs).encode()])
    if what == "export" and len(blobs) == 3:
        return wire.answer({}, [exported(blobs[0].decode(), blobs[1], blobs[2])])
    raise SagewsError("bad-message", reason="it is no question")


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the questions end."""
    while len(head := questions.read(wire.HEADER)) == wire.HEADER:
        answers.write(answer_to(questions.read(wire.length_of(head))))
        answers.flush()


def main() -> None:
    """Serve whoever started this."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The process that serves everybody comes first where there are few processors.
    os.nice(NICE)
    serve(sys.stdin.buffer, sys.stdout.buffer)
