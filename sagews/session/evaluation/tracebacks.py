"""From an exception to the bounded frames that people read: where, in their own lines, and what was wrong.

Exceptions are user code: their __str__ may raise, their chain may be circular, their traceback a thousand frames deep,
their message megabytes long. What comes out is always small.
"""

from __future__ import annotations

import errno
import linecache
import resource
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from sagews.model.sizes import size_text
from sagews.session.evaluation.sources import INNER, cell_of
from sagews.session.evaluation.syntax import SyntaxPlace, place_of
from sagews.wire.session.checks import UNFIT
from sagews.wire.session.frames import ErrorFrame

MAX_MESSAGE = 8000
MAX_PLAIN = 32_000
FIRST_FRAMES = 10
LAST_FRAMES = 22
CONTEXT_LINES = 2
MAX_LINE = 400
MAX_CHAIN = 4
MAX_GROUP = 8
_OURS = "sagews.session."

GENTLE = {
    "SystemExit": "exit() does not end the session. Use Restart in the menu to start afresh.",
    "KeyboardInterrupt": "Stopped.",
    "AlarmInterrupt": "The time that alarm() set is over.",
    "MemoryError": "There was not enough memory for this. The session goes on, with its variables.",
}


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """One level of a traceback; `wrong` is what could not be compiled there."""

    file: str
    line: int
    function: str
    cell: str | None
    wrong: SyntaxPlace | None = None


def describe(
    run: str, exception: BaseException, *, places: bool = True, hints: Sequence[Mapping[str, Any]] = ()
) -> ErrorFrame:
    """Return the error frame for an exception that ended a cell; without `places` only what it says."""
    name = bounded(type(exception).__name__, 200)
    frames = [_frame(location) for location in _locations(exception)] if places else []
    return ErrorFrame(
        run=run,
        name=name,
        message=message(exception),
        frames=tuple(frames),
        plain=bounded(
            "\n".join(_plain(exception, frozenset())) if places else f"{name}: {message(exception)}", MAX_PLAIN
        ),
        hints=tuple(hints),
    )


def line_in(exception: BaseException, file: str) -> int:
    """Return the line of a file where an exception came about, from 1: the innermost one; 0 if there is none."""
    place = place_of(exception)
    if place is not None and place.file == file:
        return place.line
    lines = [location.line for location in _own_left_out(exception.__traceback__) if location.file == file]
    return lines[-1] if lines else 0


def message(exception: BaseException) -> str:
    """Return what an exception says, bounded, without raising."""
    gentle = GENTLE.get(type(exception).__name__, "")
    if isinstance(exception, SyntaxError):
        return bounded(_syntax_message(exception), MAX_MESSAGE)
    try:
        text = str(exception)
    except Exception as error:
        text = f"(its text can't be shown: {type(error).__name__} in its __str__)"
    if isinstance(exception, (SystemExit, KeyboardInterrupt)) or not text:
        text = gentle or text
    elif gentle:
        text = f"{text} {gentle}"
    if isinstance(exception, OSError) and (hint := _file_hint(exception)):
        text = f"{text}\n{hint}"
    if isinstance(exception, BaseExceptionGroup):
        text = "\n".join(
            [text, *(f"  {type(one).__name__}: {message(one)}" for one in exception.exceptions[:MAX_GROUP])]
        )
    return bounded(text, MAX_MESSAGE)


def _file_hint(exception: OSError) -> str:
    """Return what the kernel does not say: how large a file may be."""
    bound = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    # What a subclass calls its number may be anything.
    if getattr(exception, "errno", None) is not errno.EFBIG or bound == resource.RLIM_INFINITY:
        return ""
    return f"One file may have at most {size_text(bound)} in a session."


def bounded(text: str, most: int) -> str:
    """Return text of at most so many UTF-8 bytes without NUL and lone surrogates, cut in its middle."""
    if len(text) > most:
        half = most // 2 - 40
        text = f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"
    text = UNFIT.sub("\ufffd", text)
    return text if text.isascii() or len(text.encode()) <= most else text.encode()[:most].decode("utf-8", "ignore")


def _syntax_message(exception: SyntaxError) -> str:
    """Return what is wrong; with its line only where no level of the traceback shows that: cells do."""
    text = str(exception.msg)
    place = place_of(exception)
    if place is None or cell_of(place.file) is not None:
        return text
    where = f" ({place.file}, line {place.line})" if place.file and place.file != INNER else ""
    return f"{text}{where}\n{place.pointed('    ')}" if place.text.strip() else text + where


def _locations(exception: BaseException) -> list[SourceLocation]:
    """Return the levels from the cell inwards: the first few and the last few."""
    locations = list(_own_left_out(exception.__traceback__))
    if (place := place_of(exception)) is not None and (cell := cell_of(place.file)) is not None:
        locations = [SourceLocation(place.file, place.line, "<module>", cell, place)]
    if len(locations) <= FIRST_FRAMES + LAST_FRAMES:
        return locations
    left_out = len(locations) - FIRST_FRAMES - LAST_FRAMES
    gap = SourceLocation("", 0, f"… {left_out} more calls …", None)
    return [*locations[:FIRST_FRAMES], gap, *locations[-LAST_FRAMES:]]


def _own_left_out(traceback: TracebackType | None) -> Iterator[SourceLocation]:
    """Yield every level but those of the loop itself, around the cell or between it and what it asked for."""
    while traceback is not None:
        frame = traceback.tb_frame
        if not str(frame.f_globals.get("__name__", "")).startswith(_OURS):
            file = frame.f_code.co_filename
            yield SourceLocation(file, traceback.tb_lineno or 0, frame.f_code.co_name, cell_of(file))
        traceback = traceback.tb_next


def _frame(location: SourceLocation) -> dict[str, Any]:
    """Return a level as it goes over the wire: a cell's with lines around it, a library's with its own line."""
    around = CONTEXT_LINES if location.cell is not None else 0
    numbers = range(max(1, location.line - around), location.line + around + 1) if location.line else ()
    lines = [(number, linecache.getline(location.file, number)) for number in numbers]
    wrong = location.wrong
    # Beyond what is sent of a line nothing can be marked.
    marked = [wrong.start, min(wrong.end, MAX_LINE + 1)] if wrong is not None and 0 <= wrong.start <= MAX_LINE else None
    return {
        "file": f"<cell {location.cell}>" if location.cell is not None else bounded(location.file, 1000),
        "line": location.line,
        "function": bounded(location.function, 200),
        "user": location.cell is not None,
        "source": [[number, bounded(line.rstrip("\n")[:MAX_LINE], 1000)] for number, line in lines if line],
        **({} if marked is None else {"marked": marked}),
    }


def _plain(exception: BaseException, seen: frozenset[int]) -> Iterator[str]:
    """Yield the lines of the traceback as text, causes first."""
    earlier, how = _earlier(exception)
    if earlier is not None and id(earlier) not in seen and len(seen) < MAX_CHAIN:
        yield from _plain(earlier, seen | {id(exception)})
        yield f"\n{how}\n"
    locations = _locations(exception)
    if locations:
        yield "Traceback (most recent call last):"
    for location in locations:
        yield from _plain_location(location)
    text = message(exception)
    yield f"{type(exception).__name__}: {text}" if text else type(exception).__name__
    for note in getattr(exception, "__notes__", ())[:8]:
        yield bounded(str(note), 1000)
    if isinstance(exception, BaseExceptionGroup):
        yield from _plain_group(exception, seen)


def _plain_group(group: BaseExceptionGroup[BaseException], seen: frozenset[int]) -> Iterator[str]:
    """Yield the exceptions in a group, each with its own place; the first few of many."""
    for number, inner in enumerate(group.exceptions[:MAX_GROUP], 1):
        if id(inner) in seen or len(seen) >= MAX_CHAIN:
            continue
        yield f"  ({number} of {len(group.exceptions)})"
        yield from (f"  {line}" for line in _plain(inner, seen | {id(group)}))


def _plain_location(location: SourceLocation) -> Iterator[str]:
    if not location.line:
        yield f"  {location.function}"
        return
    where = f"cell {location.cell}" if location.cell is not None else f'file "{location.file}"'
    yield f"  {where}, line {location.line}, in {location.function}"
    if location.wrong is not None and len(location.wrong.text) <= MAX_LINE:
        yield location.wrong.pointed("    ")
    elif line := linecache.getline(location.file, location.line).strip():
        yield f"    {line[:MAX_LINE]}"


def _earlier(exception: BaseException) -> tuple[BaseException | None, str]:
    if exception.__cause__ is not None:
        return exception.__cause__, "This was the direct cause of:"
    if exception.__context__ is not None and not exception.__suppress_context__:
        return exception.__context__, "While handling this, another exception was raised:"
    return None, ""
