"""What no single value shows: settings that can't work together, found without looking at the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sagews.config.problems import Problem
from sagews.config.settings import Settings
from sagews.config.site import WILDCARDS
from sagews.model.sessions import Isolation

LAST_PORT = 65535
AUTOMATIC = "auto"


def contradictions(settings: Settings) -> Iterator[Problem]:
    """Yield what is wrong with settings as a whole."""
    if not Path(settings.data).is_absolute():
        yield Problem("data", "it has to be an absolute path, because the daemon does not stay in this folder")
    yield from _isolation(settings)
    yield from _site(settings)
    yield from _ports(settings)


def _isolation(settings: Settings) -> Iterator[Problem]:
    level, minimum = settings.isolation.level, settings.isolation.minimum
    if level == AUTOMATIC:
        return
    if level not in list(Isolation):
        known = ", ".join([AUTOMATIC, *Isolation])
        yield Problem("isolation.level", f"there is no level {level!r}; choose one of {known}")
    elif minimum is not None and not Isolation(level).suffices(minimum):
        yield Problem("isolation.level", f"{level} is below isolation.minimum, {minimum}")


def _site(settings: Settings) -> Iterator[Problem]:
    site = settings.site
    if (site.certificate is None) != (site.key is None):
        yield Problem("site.certificate", "it belongs together with site.key: give both or none")
    if (site.public is None) != (site.public_untrusted is None):
        reason = "it belongs together with site.public_untrusted, which names the same for untrusted content"
        yield Problem("site.public", reason)
    if site.everywhere and not site.names and site.public is None:
        # It would listen everywhere and answer nobody: a Host header never says 0.0.0.0.
        yield Problem(
            "site.names", f"a site that listens on {site.host} has to be told under which names people open it"
        )


def _ports(settings: Settings) -> Iterator[Problem]:
    """Yield ports that do not exist, and two that are one. The websocket's own is used by a backend apart only."""
    site, link = settings.site, settings.link
    wanted = [
        ("site.port", site.host, site.port),
        ("site.untrusted_port", site.host, site.content_port),
        ("link.port", link.host, settings.link_port),
        ("link.collector_port", link.host, settings.collector_port),
    ]
    if site.websocket_port is not None:
        wanted.append(("site.websocket_port", site.host, site.websocket_port))
    for index, (key, host, port) in enumerate(wanted):
        if port > LAST_PORT:
            yield Problem(key, f"{port}, counted from site.port, is no port: choose one up to {LAST_PORT}")
        for other, others, taken in wanted[:index]:
            if taken == port and (host == others or {host, others} & set(WILDCARDS)):
                yield Problem(key, f"{port} is {other} already: choose another port")
