"""What a cell showed, between the form of notebooks and our pieces, so that what was not run again stays as it was.

Pieces are what is stored and shown. Where they do not say all that stood in the file (chunks of printed text, forms
that we do not know), the cell keeps the rest: a pattern with holes for the texts that the pieces have.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sagews.model.formats.sheet import PICTURES, Piece, failure, stream

JSON = Any
Fits = Callable[[Piece], bool]

MOST_METADATA = 16
_UNFIT = re.compile("[\0\ud800-\udfff]")
_TEXTS = re.compile(r"text/.*|image/svg\+xml|application/javascript|application/pdf|(image|audio|video)/.*")
_KINDS = {"display": "display_data", "result": "execute_result"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the last run of a cell showed.

    Attributes:
        number: of the run, 0 where it is not known.
        pieces: in order.
    """

    number: int
    pieces: Sequence[Piece]


# ----------------------------------------------------------------------------------------------- reading


def pieces_in(
    outputs: Sequence[Mapping[str, JSON]], number: int, plain: bool, fits: Fits
) -> tuple[list[Piece], list[JSON] | None]:
    """Return the pieces for the outputs of a cell, and what else stood there.

    Args:
        outputs: those of a notebook's cell, in form.
        number: of the cell's run, 0 without any.
        plain: whether names of objects stand in alphabetical order in this file.
        fits: whether a piece is one that a store and a page take.

    Returns:
        The pieces, and patterns of the outputs; None where the pieces say it all.
    """
    pieces: list[Piece] = []
    patterns: list[JSON] = []
    for output in outputs:
        found = [fitted for piece in _pieces(output) if (fitted := _fitted(piece, fits)) is not None]
        patterns.append(_pattern(output, found, len(pieces)))
        pieces += found
    said, wanted = (json.dumps(each, sort_keys=plain) for each in (written(pieces, number), list(outputs)))
    return pieces, None if said == wanted else patterns


def _fitted(piece: Piece, fits: Fits) -> Piece | None:
    """A piece as far as it is taken: what does not fit of it stays in the pattern alone."""
    if fits(piece):
        return piece
    kind, body = piece
    forms = body.get("data", {}).items()
    data = {form: value for form, value in forms if fits((kind, {"data": {form: value}, "metadata": {}}))}
    return (kind, {"data": data, "metadata": {}}) if data else None


def digest(pieces: Sequence[Piece]) -> str:
    """Return a word for what pieces show, however printed text is cut."""
    told = [[kind, _told(kind, body)] for kind, body in merged(pieces)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _told(kind: str, body: Mapping[str, JSON]) -> JSON:
    if kind == "stream":
        return [body.get("name"), body.get("text")]
    if kind == "error":
        return [body.get("name"), body.get("message"), body.get("plain")]
    return body.get("data")


def _pieces(output: Mapping[str, JSON]) -> list[Piece]:
    kind = output["output_type"]
    if kind == "stream":
        return stream(output["name"], _fitting(joined(output["text"])))
    if kind == "error":
        plain = "\n".join(output["traceback"])
        return [failure(_fitting(output["ename"]), _fitting(output["evalue"]), _fitting(plain))]
    data = {form: _value(form, value) for form, value in output["data"].items()}
    metadata = output["metadata"] if len(output["metadata"]) <= MOST_METADATA else {}
    name = "result" if kind == "execute_result" else "display"
    return [(name, {"data": data, "metadata": metadata})] if data else []


def _value(form: str, value: JSON) -> JSON:
    """One form of a value as we have it: texts whole, pictures without line ends, all else as it is."""
    if not _TEXTS.fullmatch(form) or not isinstance(value, (str, list)):
        return value
    text = joined(value)
    return "".join(text.split()) if form in PICTURES else _fitting(text)


def _fitting(text: str) -> str:
    """A text with marks in place of characters that can't be stored."""
    return text if text.isascii() and "\0" not in text else _UNFIT.sub("\ufffd", text)


def _pattern(output: Mapping[str, JSON], pieces: Sequence[Piece], first: int) -> JSON:
    """An output with holes: [output, [[name, form or "", first piece, how many, how it was written]…]]."""
    copy: dict[str, JSON] = dict(output)
    holes: list[JSON] = []
    if pieces and output["output_type"] == "stream":
        style = _style(output["text"], "".join(body["text"] for _, body in pieces))
        if style is not None:
            copy["text"] = None
            holes.append(["text", "", first, len(pieces), style])
    elif pieces and "data" in output:
        data = copy["data"] = dict(output["data"])
        for form, value in pieces[0][1]["data"].items():
            style = _style(data[form], value)
            if style is not None:
                data[form] = None
                holes.append(["data", form, first, 1, style])
    return [copy, holes]


_STYLES: Mapping[str, Callable[[str], JSON]] = {
    "lines": lambda text: text.splitlines(keepends=True),
    "text": lambda text: text,
    "text\n": lambda text: text + "\n",
    "lines\n": lambda text: (text + "\n").splitlines(keepends=True),
    "[text]": lambda text: [text],
    "breaks": lambda text: lines_of(text),
}


def _style(original: JSON, text: JSON) -> str | None:
    """How a text of ours was written; None if no way gives the same, or it is short enough to be kept."""
    if not isinstance(text, str):
        return None
    return next((name for name, write in _STYLES.items() if write(text) == original), None)


# ----------------------------------------------------------------------------------------------- writing


def restored(patterns: JSON, pieces: Sequence[Piece]) -> list[JSON] | None:
    """Return outputs from what a cell keeps, which anybody may have written, and its pieces; None if it makes none."""
    found = []
    for pattern in patterns if isinstance(patterns, list) else ():
        if not isinstance(pattern, list) or len(pattern) != 2 or not isinstance(pattern[1], list):
            return None
        output = _filled(pattern[0], pattern[1], pieces)
        if output is None or not is_output(output):
            return None
        found.append(output)
    return found


def _filled(output: JSON, holes: Sequence[JSON], pieces: Sequence[Piece]) -> JSON | None:
    if not isinstance(output, dict):
        return None
    filled = dict(output)
    if isinstance(filled.get("data"), dict):
        filled["data"] = dict(filled["data"])
    for hole in holes:
        if not _is_hole(hole):
            return None
        name, form, first, count, style = hole
        bodies = [body for _, body in pieces[first : first + count]]
        if len(bodies) != count or not isinstance(filled.get("data", {}), dict):
            return None
        if name == "text":
            filled["text"] = _STYLES[style]("".join(str(body.get("text", "")) for body in bodies))
        else:
            filled["data"][form] = _STYLES[style](str(bodies[0].get("data", {}).get(form, "")))
    return filled


def _is_hole(hole: JSON) -> bool:
    if not isinstance(hole, list) or len(hole) != 5:
        return False
    name, form, first, count, style = hole
    numbers = all(type(number) is int and 0 <= number <= 100_000 for number in (first, count))
    return name in ("text", "data") and isinstance(form, str) and numbers and count > 0 and style in tuple(_STYLES)


def mended_output(output: JSON) -> JSON:
    """Return an output with those fields of the format that some programs leave out."""
    usual: dict[str, JSON] = {"stream": {"name": "stdout"}, "error": {"ename": "Error", "evalue": "", "traceback": []}}
    usual |= {"display_data": {"metadata": {}}, "execute_result": {"metadata": {}, "execution_count": None}}
    missing = usual.get(str(output.get("output_type"))) if isinstance(output, dict) else None
    return output if missing is None else {**output, **{key: missing[key] for key in missing if key not in output}}


def is_output(output: JSON) -> bool:
    """Whether a value is an output as version 4 of notebooks has them."""
    if not isinstance(output, dict):
        return False
    kind = output.get("output_type")
    if kind == "stream":
        return isinstance(output.get("name"), str) and is_text(output.get("text"))
    if kind == "error":
        lines = output.get("traceback")
        words = isinstance(output.get("ename"), str) and isinstance(output.get("evalue"), str)
        return words and isinstance(lines, list) and all(isinstance(line, str) for line in lines)
    if kind not in ("display_data", "execute_result") or not isinstance(output.get("metadata"), dict):
        return False
    count = output.get("execution_count", 0 if kind == "display_data" else "")
    data = output.get("data")
    shown = isinstance(data, dict) and all(is_text(value) for form, value in data.items() if _TEXTS.fullmatch(form))
    return shown and (count is None or (type(count) is int and count >= 0))


def is_text(value: JSON) -> bool:
    """Whether a value is a text as notebooks have it: one, or a list of parts."""
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def written(pieces: Sequence[Piece], number: int | None) -> list[dict[str, JSON]]:
    """Return pieces as the outputs of a cell; what is a notice of the server is not among them."""
    return [output for piece in merged(pieces) if (output := _output(piece, number)) is not None]


def _output(piece: Piece, number: int | None) -> dict[str, JSON] | None:
    kind, body = piece
    if kind == "stream":
        return {"output_type": "stream", "name": body["name"], "text": body["text"].splitlines(keepends=True)}
    if kind == "error":
        lines = str(body["plain"]).split("\n")
        return {"output_type": "error", "ename": body["name"], "evalue": body["message"], "traceback": lines}
    if kind not in _KINDS:
        return None
    data = {form: _form(form, value) for form, value in body["data"].items()}
    shown: dict[str, JSON] = {"output_type": _KINDS[kind], "data": data, "metadata": dict(body.get("metadata") or {})}
    return shown | ({"execution_count": number or None} if kind == "result" else {})


def _form(form: str, value: JSON) -> JSON:
    """One form of a value: texts as lines, pictures whole."""
    whole = form.startswith(("image/", "audio/", "video/", "application/")) and form != "image/svg+xml"
    return value if whole or not isinstance(value, str) else value.splitlines(keepends=True)


def merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield pieces, with what was printed in one go as one."""
    waiting: tuple[str, list[str]] | None = None
    for kind, body in [*pieces, ("", {})]:
        if kind == "stream" and waiting is not None and waiting[0] == body["name"]:
            waiting[1].append(body["text"])
            continue
        if waiting is not None:
            yield "stream", {"name": waiting[0], "text": "".join(waiting[1])}
            waiting = None
        if kind == "stream":
            waiting = (body["name"], [body["text"]])
        elif kind:
            yield kind, body


def joined(value: str | Sequence[str]) -> str:
    """Return a text, which notebooks may write as a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def lines_of(text: str) -> list[str]:
    r"""Return a text as lines that end with "\n" alone."""
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]
