"""Reads the settings again while the daemon runs: all or nothing.

Everything is checked before anything is changed: the file, what it means, what it names on the machine, and then each
component with what it makes of it (certificates are read, sites are built). Only when all of that is there it is put in
use, by steps that can't fail.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from twisted.internet.defer import DeferredLock
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sagews.config.changes import Change, changes, with_changes
from sagews.config.loading import load
from sagews.config.problems import refuse
from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.ops.preflight import preflight_of_reload
from sagews.roles.component import Component


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of reading the settings again.

    Attributes:
        changed: what holds now, a sentence each.
        restart: settings that differ and are taken by a restart only.
    """

    changed: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = "; ".join(self.changed) or "nothing that can change while the daemon runs differs"
        rest = f". A restart is needed for {', '.join(self.restart)}" if self.restart else ""
        return f"settings read again: {said}{rest}"


class Reloading:
    """The settings of a running daemon.

    Args:
        config: path of the settings file; None where there is none.
        settings: as read at the start.
        roles: of this daemon.
        components: returns those of this daemon, in the order of the start.
        kinds: every component that daemons have.
    """

    _log = Logger()

    def __init__(
        self,
        config: str | None,
        settings: Settings,
        roles: Sequence[str],
        components: Callable[[], Sequence[Component]],
        kinds: Sequence[type[Component]],
    ) -> None:
        self._config = config
        # Before rights are given up: some defaults depend on whether root started it.
        self._root = os.geteuid() == 0
        self._settings = settings
        self._roles = roles
        self._components = components
        self._known = frozenset(key for kind in kinds for key in kind.reloads)
        self._turns = DeferredLock()

    async def reload(self) -> Reloaded:
        """Read the settings again and log what came of it.

        Raises:
            SagewsError: `configuration` when anything is wrong; nothing was changed then.
        """
        # One at a time: two that interleave would each put half of theirs in use.
        await self._turns.acquire()
        try:
            reloaded = await self._reload()
        except SagewsError as error:
            self._log.error("settings are as before, because what was read can't be used: {reason}", reason=str(error))
            raise
        finally:
            self._turns.release()
        self._log.info("{reloaded}", reloaded=str(reloaded))
        return reloaded

    async def _reload(self) -> Reloaded:
        # In a thread: files, perhaps on a slow disk.
        read = await deferToThread(self._read)
        components = self._components()
        taken, restart = list[Change](), list[Change]()
        for change in changes(self._settings, read):
            known = {change.key, change.key.partition(".")[0]}
            concerned = [each for each in components if known & each.reloads]
            if concerned and all(each.takes(change) for each in concerned):
                taken.append(change)
            elif concerned or not known & self._known:
                # What only components of other daemons take over is left to them.
                restart.append(change)
        settings = with_changes(self._settings, taken)
        uses = [await component.prepare_reload(settings) for component in components]
        said = [str(change) for change in taken]
        for use in uses:
            said += use()
        self._settings = settings
        return Reloaded(tuple(said), tuple(change.key for change in restart))

    def _read(self) -> Settings:
        settings = load(self._config, root=self._root)
        refuse(preflight_of_reload(settings, self._roles), self._config)
        return settings
