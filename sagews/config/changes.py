"""What differs between two readings of the settings, setting by setting, and settings with some of it taken over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from sagews.config.section import Section
from sagews.config.settings import Settings

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A setting whose value is another one now.

    Attributes:
        key: for instance "user_quota.sessions".
        old, new: its values.
    """

    key: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.key} from {_shown(self.old)} to {_shown(self.new)}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else msgspec.json.encode(value).decode()
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def changes(old: Settings, new: Settings) -> Iterator[Change]:
    """Yield every setting that differs, in the order of the settings."""
    for key, (before, after) in _pairs(old, new):
        if isinstance(before, Section):
            for inner, (one, other) in _pairs(before, after):
                if one != other:
                    yield Change(f"{key}.{inner}", one, other)
        elif before != after:
            yield Change(key, before, after)


def _pairs(old: Section, new: Section) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for field in msgspec.structs.fields(old):
        yield field.name, (getattr(old, field.name), getattr(new, field.name))


def with_changes(settings: Settings, taken: Iterable[Change]) -> Settings:
    """Return settings in which these have their new values, and all others the ones that they had."""
    for change in taken:
        section, _, name = change.key.rpartition(".")
        values = {name: change.new}
        if section:
            values = {section: msgspec.structs.replace(getattr(settings, section), **values)}
        settings = msgspec.structs.replace(settings, **values)
    return settings
