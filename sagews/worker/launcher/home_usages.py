"""What homes hold, as the launcher told it last."""

from __future__ import annotations

from twisted.logger import Logger

from sagews.model.identifiers import WorkspaceId
from sagews.wire.homes import DiskReport, HomeUsage

log = Logger()


class HomeUsages:
    """The homes that the launcher watches."""

    def __init__(self) -> None:
        self._known: dict[str, HomeUsage] = {}

    def of(self, workspace: WorkspaceId) -> HomeUsage | None:
        """Return what a workspace's home held, if that was told."""
        return self._known.get(workspace)

    def changed(self, report: DiskReport) -> None:
        """Take a report; a home that may not grow any more goes into the log."""
        for workspace, usage in report.homes.items():
            before = self._known.get(workspace)
            if usage.held and not (before is not None and before.held):
                log.warn(
                    "the disk is nearly full, {free} bytes are left: the home of {workspace} is held at {used} bytes",
                    free=report.free,
                    workspace=workspace,
                    used=usage.used,
                )
        self._known.update(report.homes)

    def forget(self, workspace: WorkspaceId) -> None:
        """Learn that a home is gone."""
        self._known.pop(workspace, None)
