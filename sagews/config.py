"""The settings: one TOML file and a few environment variables become frozen values, or every error at once.

Unknown keys are errors, because a misspelt limit that is silently ignored is worse than a daemon that does not start.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from sagews.errors import SagewsError
from sagews.model.sessions import MEBIBYTE, Isolation, Limits

ROLES = ("frontend", "backend", "worker", "log")

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Address = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:\[\]_-]{1,255}:[0-9]{1,5}$")]
HostName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:\[\]_-]{1,255}$")]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the settings file."""


class Site(Section, frozen=True, kw_only=True):
    """Where people reach the service.

    Attributes:
        host: the address to listen on; anything but loopback is served over TLS only.
        port: of the site; untrusted content is served on `untrusted_port`, or the next one.
        names: further host names under which the site answers.
        certificate, key: PEM files of the operator's own; else a self-signed one is made where TLS is needed.
        tls: whether to use TLS on loopback too.
        websocket_port: of a backend that runs apart from its frontend; by default four above the site's.
    """

    host: HostName = "127.0.0.1"
    port: Port = 8080
    untrusted_port: Port | None = None
    names: tuple[HostName, ...] = ()
    certificate: str | None = None
    key: str | None = None
    tls: bool = False
    websocket_port: Port | None = None

    @property
    def socket_port(self) -> int:
        """The port of a backend that runs apart from its frontend."""
        return self.websocket_port if self.websocket_port is not None else self.port + 4

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return self.host in ("127.0.0.1", "::1", "localhost")

    @property
    def encrypted(self) -> bool:
        """Whether the site speaks TLS."""
        return self.tls or not self.loopback or self.certificate is not None

    @property
    def content_port(self) -> int:
        """The port of untrusted content."""
        return self.untrusted_port if self.untrusted_port is not None else self.port + 1


class Database(Section, frozen=True, kw_only=True):
    """Which PostgreSQL: a DSN, in a file that only the daemon can read, else an own cluster in the data folder."""

    dsn_file: str | None = None
    connections: Annotated[int, msgspec.Meta(ge=3, le=100)] = 12


class Sessions(Section, frozen=True, kw_only=True):
    """What sessions may use, and where their Python lives.

    Attributes:
        environments: flavour → virtual environment; by default those that `make run` built, else the daemon's own.
        memory_mib … cpu_hours: the limits of one session.
        pool: waiting children kept per flavour.
        idle_minutes: an idle session that nobody used for so long is ended.
    """

    environments: dict[str, str] = {}
    memory_mib: Annotated[int, msgspec.Meta(ge=64)] = 2048
    home_mib: Annotated[int, msgspec.Meta(ge=16)] = 1024
    file_mib: Annotated[int, msgspec.Meta(ge=1)] = 256
    processes: Annotated[int, msgspec.Meta(ge=4, le=10_000)] = 64
    cpu_hours: Positive = 24
    pool: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2
    capacity: Positive = 200
    idle_minutes: Positive = 60
    first_uid: Annotated[int, msgspec.Meta(ge=1000, le=2**31 - 2000)] = 200_000
    uids: Annotated[int, msgspec.Meta(ge=16, le=100_000)] = 1000

    def limits(self) -> Limits:
        """Return the limits of one session."""
        return Limits(
            memory=self.memory_mib * MEBIBYTE,
            processes=self.processes,
            file=self.file_mib * MEBIBYTE,
            home=self.home_mib * MEBIBYTE,
            cpu_seconds=self.cpu_hours * 3600,
        )


class IsolationSection(Section, frozen=True, kw_only=True):
    """The weakest level at which a worker may start; by default `namespaces` as root and `userns` otherwise."""

    minimum: Isolation | None = None
    level: str = "auto"


class Link(Section, frozen=True, kw_only=True):
    """The hop between backends and workers, and to the log collector (AMP over mutual TLS).

    Attributes:
        host, port: where a backend listens for workers; by default two above the site's port.
        backend: the address that a worker dials when it runs apart; by default that port of this machine.
        collector_port: where a collector listens; by default three above the site's port.
        collector: the address to which a daemon without the log role sends its records.
        keep_seconds: how long a worker keeps sessions whose backend is gone.
        worker: the name of a worker that runs apart; by default the machine's.
    """

    host: HostName = "127.0.0.1"
    port: Port | None = None
    backend: Address | None = None
    collector_port: Port | None = None
    collector: Address | None = None
    keep_seconds: Positive = 120
    worker: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] | None = None


class Settings(Section, frozen=True, kw_only=True):
    """All settings; a section that is missing keeps its defaults."""

    data: str = ""
    account: str = "sagews"
    site: Site = Site()
    database: Database = Database()
    sessions: Sessions = Sessions()
    isolation: IsolationSection = IsolationSection()
    link: Link = Link()

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.data)

    @property
    def link_port(self) -> int:
        """Where a backend listens for workers."""
        return self.link.port if self.link.port is not None else self.site.port + 2

    @property
    def collector_port(self) -> int:
        """Where a collector listens."""
        return self.link.collector_port if self.link.collector_port is not None else self.site.port + 3

    @property
    def backend_address(self) -> tuple[str, int]:
        """Whom a worker dials."""
        return _address(self.link.backend, self.link_port)

    @property
    def collector_address(self) -> tuple[str, int]:
        """Whom a shipper dials."""
        return _address(self.link.collector, self.collector_port)


def _address(text: str | None, port: int) -> tuple[str, int]:
    if text is None:
        return "127.0.0.1", port
    host, _, number = text.rpartition(":")
    return host.strip("[]"), int(number)


SECTIONS: Mapping[str, type[Section]] = {
    "site": Site,
    "database": Database,
    "sessions": Sessions,
    "isolation": IsolationSection,
    "link": Link,
}


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
    errors: list[str] = []
    values = dict(_values(table, errors))
    _apply_environment(values, environment, errors)
    if errors:
        raise SagewsError("configuration", reason="; ".join(errors))
    values.setdefault("data", default_data_folder(root, environment))
    return Settings(**values)


def _read(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SagewsError("configuration", reason=f"The settings file {path} can't be read: {error}.") from None


def _values(table: Mapping[str, Any], errors: list[str]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if key in SECTIONS:
            yield key, _section(key, value, errors)
        elif key in ("data", "account") and isinstance(value, str) and value:
            yield key, value
        else:
            errors.append(f"{key} is not a setting, or not text")


def _section(name: str, table: object, errors: list[str]) -> Section:
    cls = SECTIONS[name]
    if not isinstance(table, dict):
        errors.append(f"{name} has to be a table, [{name}]")
        return cls()
    fields = {field.name: field.type for field in msgspec.structs.fields(cls)}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in fields:
            errors.append(f"{name}.{key} is not a setting")
            continue
        try:
            found[key] = msgspec.convert(value, fields[key])
        except msgspec.ValidationError as error:
            errors.append(f"{name}.{key}: {error}")
    return cls(**found)


def _apply_environment(values: dict[str, Any], environment: Mapping[str, str], errors: list[str]) -> None:
    port = environment.get("SAGEWS_PORT")
    if port is not None and (not port.isdecimal() or not 1 <= int(port) <= 65534):
        errors.append("SAGEWS_PORT has to be a port number from 1 to 65534")
    elif port is not None:
        values["site"] = msgspec.structs.replace(values.get("site", Site()), port=int(port))
    built = environment.get("SAGEWS_ENVIRONMENTS")
    sessions = values.get("sessions", Sessions())
    if built is not None and not sessions.environments:
        try:
            environments = msgspec.json.decode(built, type=dict[str, str])
        except msgspec.DecodeError as error:
            errors.append(f"SAGEWS_ENVIRONMENTS: {error}")
        else:
            values["sessions"] = msgspec.structs.replace(sessions, environments=environments)
