"""Pieces of output as pages are told them and as they are stored, out of what a session said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sagews.model.identifiers import RunId
from sagews.model.runs import PieceText, StoredPiece
from sagews.model.sessions import EncodedBody, PieceKind
from sagews.policy.sessions.placed_output import OutputChange
from sagews.wire.browser.runs import PieceBody
from sagews.wire.session.areas import OWN


class _Place(msgspec.Struct, gc=False):
    """What a stored piece says of where it stands; the rest of it may be megabytes, and is not looked at."""

    area: int = OWN
    parent: int = OWN
    display: str = ""


_place = msgspec.json.Decoder(_Place)


def pieces_of(run: RunId, change: OutputChange, kind: PieceKind, body: Mapping[str, Any]) -> Sequence[StoredPiece]:
    """Return what a piece of a run becomes: itself, or, of an update, every display that it replaces."""
    if kind is not PieceKind.UPDATE:
        return [StoredPiece(run, number, kind, body) for number in change.numbers]
    return [
        StoredPiece(run, number, PieceKind.DISPLAY, _placed(body, area))
        for number, area in zip(change.numbers, change.areas, strict=True)
    ]


def shown_piece(piece: StoredPiece) -> PieceBody:
    """Return a piece as pages are told it; the JSON of a large one was made when it came."""
    body = piece.body
    return PieceBody(
        piece.sequence, piece.kind.value, msgspec.Raw(body.encoded) if isinstance(body, EncodedBody) else dict(body)
    )


def told(change: OutputChange, pieces: Sequence[StoredPiece]) -> list[tuple[PieceBody | None, list[int]]]:
    """Return what pages are told of a change: each piece, and with the first of them which others go before it."""
    removed = [number for each in change.removed for number in each]
    if not pieces:
        return [(None, removed)] if removed else []
    first, *others = map(shown_piece, pieces)
    return [(first, removed), *((each, []) for each in others)]


def place_in(piece: PieceText) -> Mapping[str, Any]:
    """Return those fields of a stored piece that say where it stands and under which id it is replaced."""
    place = _place.decode(piece.body)
    return {name: value for name, value in msgspec.structs.asdict(place).items() if value}


def _placed(body: Mapping[str, Any], area: int) -> Mapping[str, Any]:
    """Return the body of an update as that of a display in an area."""
    if area == OWN:
        return body
    if isinstance(body, EncodedBody):
        return EncodedBody({"area": area, **body}, b'{"area":%d,%s' % (area, body.encoded[1:]))
    return {"area": area, **body}
