"""What the homes of workspaces hold and may hold: the part of the launcher's reports that travels on to pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sagews.model.identifiers import parse_id
from sagews.wire.fields import Fields

# Beyond any machine's memory or disk, and far from where sums of sizes overflow.
MAX_SIZE = 2**50
MAX_HOMES = 1000


@dataclass(frozen=True, slots=True)
class HomeUsage:
    """What a workspace's home holds and may hold: bytes, files; `held`: it may not grow for now."""

    used: int
    size: int
    files: int
    most_files: int
    held: bool = False


@dataclass(frozen=True, slots=True)
class DiskReport:
    """Bytes that are free on the disk under the homes, and the homes that changed, by workspace."""

    free: int
    homes: Mapping[str, HomeUsage] = field(default_factory=dict)


def parse_disk(fields: Fields) -> DiskReport:
    """Return the report in a packet's fields; raises SagewsError for anything out of form."""
    homes = {parse_id(id, "homes"): _usage(value) for id, value in fields.mapping("homes", MAX_HOMES).items()}
    return DiskReport(fields.integer("free", 0, MAX_SIZE), homes)


def _usage(value: object) -> HomeUsage:
    inner = Fields(value if isinstance(value, dict) else {})
    used, size, files, most = (inner.integer(name, 0, MAX_SIZE) for name in ("used", "size", "files", "most_files"))
    usage = HomeUsage(used, size, files, most, inner.boolean("held"))
    inner.finish()
    return usage
