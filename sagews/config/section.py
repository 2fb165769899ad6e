"""What the sections of the settings file have in common: their base, and the forms of their values."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
# Names and both kinds of addresses; that they can be reached is for the connection to find out.
Address = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:\[\]_-]{1,255}:[0-9]{1,5}$")]
HostName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:\[\]_-]{1,255}$")]
PublicAddress = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s\x00-\x1f]{1,300}$")]
Network = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Fa-f.:/]{1,50}$")]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the settings file.

    Attributes:
        one_or_many: settings that may be given as one text or as an array of them; they are tuples here. No union of a
            text with a pattern and a tuple says it: to convert to that, msgspec 0.22 writes into freed memory.
    """

    one_or_many: ClassVar[frozenset[str]] = frozenset()
