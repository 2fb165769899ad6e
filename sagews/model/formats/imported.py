"""What became of a file that was imported, as it goes from where it was read to where it becomes a worksheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sagews.model.identifiers import CellId


@dataclass(frozen=True, slots=True)
class ImportedOutput:
    """What one cell had shown.

    Attributes:
        cell: its id in the worksheet.
        hash: the SHA-256 of its source, in hexadecimal.
        failed: whether it ended with an exception.
        number: of the run, 0 where it is not known.
        pieces: JSON: a list of pairs of kind and body, at most 2 MiB.
    """

    cell: CellId
    hash: str
    failed: bool
    pieces: bytes
    number: int = 0


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file as a worksheet.

    Attributes:
        text: the worksheet file.
        outputs: of its cells, in order.
        left_out: how often something could not be taken over, by what it is.
    """

    text: str
    outputs: Sequence[ImportedOutput]
    left_out: Mapping[str, int]
