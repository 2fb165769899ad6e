"""From frames to bytes and back: what frames.py names, checked field by field against its bounds.

Standard library only: this module runs inside the jail as well. What a session says is hostile; `parse_from_session`
refuses all that is out of form or bounds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sagews.errors import SagewsError
from sagews.model.identifiers import UUID_PATTERN, new_id
from sagews.wire.fields import Fields
from sagews.wire.session import areas, channels, short, variables
from sagews.wire.session import checks as check
from sagews.wire.session.areas import OWN, AreaFrame, ClearFrame, UpdateFrame
from sagews.wire.session.channels import CloseFrame, MessageFrame, OpenFrame, StateFrame
from sagews.wire.session.frames import (
    JSON,
    MAX_CODE,
    MAX_FRAME_FROM_SESSION,
    MAX_FRAME_TO_SESSION,
    MAX_MATCHES,
    MAX_MESSAGE,
    MAX_PLAIN,
    MAX_SOURCE,
    MAX_STREAM_TEXT,
    MODES,
    SHOWS,
    STATUSES,
    STREAMS,
    CompleteFrame,
    CompletionsFrame,
    DisplayFrame,
    DoneFrame,
    ErrorFrame,
    FromSession,
    InspectFrame,
    InspectionFrame,
    ReadyFrame,
    RemovedFrame,
    RemoveFrame,
    ResultFrame,
    RunFrame,
    SpilledFrame,
    StoppingFrame,
    StreamFrame,
    ToSession,
)
from sagews.wire.session.framing import ProtocolError, frame
from sagews.wire.session.variables import ListingFrame, VariablesFrame

_RUN = ("run", "cell", "number", "source", "mode", "shows")
# Not ASCII: mathematics would grow sixfold. No NaN: browsers can't read it.
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_PLAIN = {"text/plain"}


def payload(value: ToSession | FromSession) -> bytes:
    """Return a value as UTF-8 JSON without its length.

    Raises:
        ValueError: for a number that is not finite or a text with lone surrogates.
    """
    if isinstance(value, DoneFrame):
        return short.done(*_getters[DoneFrame](value))
    if isinstance(value, RunFrame):
        return short.run(value.run, value.cell, value.number, value.source, value.mode, value.shows)
    if isinstance(value, ResultFrame) and value.data.keys() == _PLAIN and not value.metadata and not value.area:
        return short.result(value.run, value.data["text/plain"])
    return _encoder.encode({"type": _words[type(value)], **body(value)}).encode()


def encode(value: ToSession | FromSession) -> bytes:
    """Return a value as one frame, ready for the socket; raises ValueError as `payload` does."""
    return frame(payload(value))


def body(value: ToSession | FromSession) -> dict[str, JSON]:
    """Return the fields of a value by name, as they stand in its frame."""
    kind = type(value)
    found = dict(zip(_names[kind], _getters[kind](value), strict=True))
    for name, absent in _ABSENT.get(kind, ()):
        if found[name] == absent:
            del found[name]
    return found


def parse_from_session(data: bytes) -> FromSession:
    """Return what a session's payload says.

    Raises:
        ProtocolError: for anything out of form or bounds: the session has to be ended.
    """
    common = _common(data)
    if common is not None:
        return common
    value: FromSession = _parse(data, MAX_FRAME_FROM_SESSION, _from_session)
    return value


def _common(data: bytes) -> DoneFrame | ResultFrame | None:
    done = short.match_done(data)
    if done is not None:
        return DoneFrame(*done)
    result = short.match_result(data)
    if result is not None:
        return ResultFrame(result[0], {"text/plain": result[1]})
    return None


def parse_to_session(data: bytes) -> ToSession:
    """Return what a worker's payload asks for; raises ProtocolError for anything out of form."""
    value: ToSession = _parse(data, MAX_FRAME_TO_SESSION, REQUEST_READERS)
    return value


def read_from_session(values: Mapping[str, JSON]) -> FromSession:
    """Return what a session's object says that is decoded already; raises as `parse_from_session`."""
    value: FromSession = _read(Fields(values), _from_session)
    return value


def is_piece(kind: str, body: Mapping[str, JSON]) -> bool:
    """Whether a session could have said this: the one measure for what a store, a page and a version take."""
    try:
        parse_from_session(_encoder.encode({"type": kind, "run": new_id(), **body}).encode())
    except (ProtocolError, ValueError, RecursionError):
        return False
    return True


def _parse(data: bytes, limit: int, readers: Mapping[str, Callable[[Fields], Any]]) -> Any:
    if len(data) > check.MANY_BYTES:
        check.nodes(data)
    try:
        form = Fields.of(data, limit)
    except (SagewsError, MemoryError) as error:
        raise ProtocolError(str(error)) from error
    return _read(form, readers)


def _read(form: Fields, readers: Mapping[str, Callable[[Fields], Any]]) -> Any:
    try:
        reader = readers[form.choice("type", tuple(readers))]
        value = reader(form)
        form.finish()
    except ProtocolError:
        raise
    except (SagewsError, RecursionError, MemoryError) as error:
        raise ProtocolError(str(error)) from error
    return value


def _run(form: Fields) -> RunFrame:
    found = form.take_all(_RUN, _is_plain_run)
    if found is not None:
        return RunFrame(*found)
    return RunFrame(
        run=form.id("run"),
        cell=form.pattern("cell", check.CELL),
        number=form.integer("number", 0, 2**31),
        source=check.text(form, "source", MAX_SOURCE),
        mode=form.choice("mode", MODES),
        shows=form.choice("shows", SHOWS),
    )


def _is_plain_run(run: Any, cell: Any, number: Any, source: Any, mode: Any, shows: Any) -> bool:
    """Whether the fields of nearly every run are in form, asked in one go; field by field takes three times as long."""
    return (
        type(run) is type(cell) is type(source) is str
        and type(number) is int
        and 0 <= number <= 2**31
        and len(source) <= MAX_SOURCE
        and source.isascii()
        and "\0" not in source
        and mode in MODES
        and shows in SHOWS
        and UUID_PATTERN.fullmatch(run) is not None
        and check.CELL.fullmatch(cell) is not None
    )


def _complete(form: Fields) -> CompleteFrame:
    code = check.text(form, "code", MAX_CODE)
    return CompleteFrame(check.request(form), code, form.integer("cursor", 0, len(code)))


def _inspect(form: Fields) -> InspectFrame:
    code = check.text(form, "code", MAX_CODE)
    cursor = form.integer("cursor", 0, len(code))
    return InspectFrame(check.request(form), code, cursor, form.integer("detail", 0, 2))


def _ready(form: Fields) -> ReadyFrame:
    versions = {
        form.short("versions", name, 64): form.short("versions", version, 200)
        for name, version in form.mapping("versions", 64).items()
    }
    return ReadyFrame(form.text("flavour", 64), versions)


def _stream(form: Fields) -> StreamFrame:
    return StreamFrame(
        form.id("run"), form.choice("name", STREAMS), check.text(form, "text", MAX_STREAM_TEXT), areas.area_of(form)
    )


def _display(form: Fields) -> DisplayFrame:
    run, bundle, metadata = form.id("run"), check.bundle(form, "data"), check.metadata(form)
    return DisplayFrame(run, bundle, metadata, areas.area_of(form), areas.display_of(form))


def _result(form: Fields) -> ResultFrame:
    return ResultFrame(form.id("run"), check.bundle(form, "data"), check.metadata(form), areas.area_of(form))


def _error(form: Fields) -> ErrorFrame:
    return ErrorFrame(
        run=form.id("run"),
        name=form.text("name", 200),
        message=check.text(form, "message", MAX_MESSAGE),
        frames=check.traceback(form),
        plain=check.text(form, "plain", MAX_PLAIN),
        hints=check.hints(form),
        area=areas.area_of(form),
    )


def _spilled(form: Fields) -> SpilledFrame:
    path = form.text("path", 200)
    if path and not check.SPILL_PATH.fullmatch(path):
        raise ProtocolError("path has another form")
    counts = [form.integer(name, 0, 2**53) for name in ("bytes", "lines", "dropped")]
    return SpilledFrame(form.id("run"), path, *counts)


def _stopping(form: Fields) -> StoppingFrame:
    return StoppingFrame(form.id("run"))


def _done(form: Fields) -> DoneFrame:
    seconds, cpu = form.number("seconds"), form.number("cpu")
    if not math.isfinite(seconds + cpu) or max(seconds, cpu) > check.MAX_SECONDS:
        raise ProtocolError("a time out of bounds")
    run, status, shape = form.id("run"), form.choice("status", STATUSES), check.shape(form)
    return DoneFrame(run, status, seconds, cpu, shape, check.names(form, "reads"), check.names(form, "writes"))


def _completions(form: Fields) -> CompletionsFrame:
    end = form.integer("end", 0, MAX_CODE)
    start = form.integer("start", 0, end)
    return CompletionsFrame(check.request(form), start, end, check.matches(form, MAX_MATCHES))


def _inspection(form: Fields) -> InspectionFrame:
    return InspectionFrame(check.request(form), form.boolean("found"), check.texts(form, "data"))


def _remove(form: Fields) -> RemoveFrame:
    return RemoveFrame(check.request(form), check.names(form, "names", check.MAX_REMOVED))


def _removed(form: Fields) -> RemovedFrame:
    return RemovedFrame(check.request(form), check.names(form, "names", check.MAX_REMOVED))


REQUEST_READERS: Mapping[str, Callable[[Fields], ToSession]] = {
    "run": _run,
    "complete": _complete,
    "inspect": _inspect,
    "variables": variables.read_variables,
    "remove": _remove,
    "message": channels.read_message,
    "close": channels.read_close,
}
_from_session: Mapping[str, Callable[[Fields], FromSession]] = {
    "ready": _ready,
    "stream": _stream,
    "display": _display,
    "result": _result,
    "error": _error,
    "area": areas.read_area,
    "clear": areas.read_clear,
    "update": areas.read_update,
    "spilled": _spilled,
    "stopping": _stopping,
    "done": _done,
    "open": channels.read_open,
    "state": channels.read_state,
    "close": channels.read_close,
    "completions": _completions,
    "inspection": _inspection,
    "listing": variables.read_listing,
    "removed": _removed,
}


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    # Of one name alone an attrgetter gives the value, and no tuple of it.
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)


_names: Mapping[type, tuple[str, ...]] = {
    kind: tuple(each.name for each in fields(kind))
    for kind in (
        *(RunFrame, CompleteFrame, InspectFrame, RemoveFrame, MessageFrame, OpenFrame, StateFrame, CloseFrame),
        *(ReadyFrame, StreamFrame, DisplayFrame, ResultFrame, ErrorFrame, SpilledFrame, DoneFrame),
        *(AreaFrame, ClearFrame, UpdateFrame, CompletionsFrame, InspectionFrame, VariablesFrame, ListingFrame),
        *(RemovedFrame, StoppingFrame),
    )
}
_getters = {kind: _getter(names) for kind, names in _names.items()}
_words: Mapping[type, str] = {kind: kind.__name__.removesuffix("Frame").lower() for kind in _names}
# Most pieces stand in the run's own output and have no id: nothing is said of that.
_ABSENT: Mapping[type, tuple[tuple[str, JSON], ...]] = {
    StreamFrame: (("area", OWN),),
    DisplayFrame: (("area", OWN), ("display", "")),
    ResultFrame: (("area", OWN),),
    ErrorFrame: (("area", OWN),),
    AreaFrame: (("parent", OWN), ("shown", True)),
    ClearFrame: (("area", OWN), ("wait", False)),
}
