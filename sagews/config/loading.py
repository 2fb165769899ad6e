"""Reads the settings: what is wrong is told all at once, in one sentence each.

Unknown keys are errors, because a misspelt limit that is silently ignored is worse than a daemon that does not start.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from sagews.config.problems import Problem, refuse
from sagews.config.section import Section
from sagews.config.sessions import SessionsSection
from sagews.config.settings import Settings
from sagews.config.site import SiteSection
from sagews.errors import SagewsError


def default_data_folder(root: bool, environment: Mapping[str, str]) -> str:
    """Return $SAGEWS_DATA, else /var/lib/sagews for root and ~/.local/share/sagews otherwise."""
    chosen = environment.get("SAGEWS_DATA")
    if chosen:
        return str(Path(chosen).absolute())
    return "/var/lib/sagews" if root else str(Path.home() / ".local" / "share" / "sagews")


def load(path: str | None, environment: Mapping[str, str] | None = None, *, root: bool | None = None) -> Settings:
    """Read the settings.

    Args:
        path: of the TOML file; None for defaults only.
        environment: for SAGEWS_DATA and SAGEWS_PORT; the process's own by default.
        root: whether to use the defaults for root; by default whether this process is.

    Raises:
        SagewsError: `configuration`, with every error in one sentence each.
    """
    environment = os.environ if environment is None else environment
    root = os.geteuid() == 0 if root is None else root
    table = _read(path) if path else {}
    # Gathered rather than raised: whoever writes the file mends all of it in one go, instead of one start for each
    # slip.
    errors: list[Problem] = []
    values = dict(_values(table, errors))
    # After the file: a port that a test or a container sets must win against what the file says.
    _apply_environment(values, environment, errors)
    refuse(errors, path)
    values.setdefault("data", default_data_folder(root, environment))
    return Settings(**values)


def _read(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SagewsError("configuration", reason=f"The settings file {path} can't be read: {error}.") from None


def _values(table: Mapping[str, Any], errors: list[Problem]) -> Iterator[tuple[str, Any]]:
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    for key, value in table.items():
        kind = types.get(key)
        if isinstance(kind, type) and issubclass(kind, Section):
            yield key, _section(key, kind, value, errors)
        elif kind is str and isinstance(value, str) and value:
            yield key, value
        else:
            errors.append(Problem(key, "it is not a setting, or not text"))


def _section(name: str, cls: type[Section], table: object, errors: list[Problem]) -> Section:
    if not isinstance(table, dict):
        errors.append(Problem(name, f"it has to be a table, [{name}]"))
        return cls()
    fields = {field.name: field.type for field in msgspec.structs.fields(cls)}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            errors.append(Problem(f"{name}.{key}", "it is not a setting"))
            continue
        try:
            alone = key in cls.one_or_many and isinstance(value, str)
            found[key] = msgspec.convert([value] if alone else value, fields[key])
        except msgspec.ValidationError as error:
            errors.append(Problem(f"{name}.{key}", str(error)))
    return cls(**found)


def _apply_environment(values: dict[str, Any], environment: Mapping[str, str], errors: list[Problem]) -> None:
    port = environment.get("SAGEWS_PORT")
    if port is not None and (not port.isdecimal() or not 1 <= int(port) <= 65534):
        errors.append(Problem("", "SAGEWS_PORT has to be a port number from 1 to 65534"))
    elif port is not None:
        values["site"] = msgspec.structs.replace(values.get("site", SiteSection()), port=int(port))
    built = environment.get("SAGEWS_ENVIRONMENTS")
    sessions = values.get("sessions", SessionsSection())
    if built is not None and not sessions.environments:
        try:
            environments = msgspec.json.decode(built, type=dict[str, str])
        except msgspec.DecodeError as error:
            errors.append(Problem("", f"SAGEWS_ENVIRONMENTS: {error}"))
        else:
            values["sessions"] = msgspec.structs.replace(sessions, environments=environments)
