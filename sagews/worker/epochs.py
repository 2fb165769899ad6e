"""Which life of a workspace's lease this worker has heard of last: an older one is refused."""

from __future__ import annotations

from collections import OrderedDict

from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId

MAX_EPOCHS = 100_000


class Epochs:
    """The newest epoch of each workspace; the longest unused ones are forgotten above a limit."""

    def __init__(self) -> None:
        self._newest: OrderedDict[WorkspaceId, int] = OrderedDict()

    def see(self, workspace: WorkspaceId | None, epoch: int) -> None:
        """Refuse whoever lost the workspace's lease to somebody that this worker has heard from since.

        Raises:
            SagewsError: `conflict`.
        """
        if workspace is None:
            return
        if epoch < self._newest.get(workspace, epoch):
            raise SagewsError("conflict")
        self._newest[workspace] = epoch
        self._newest.move_to_end(workspace)
        if len(self._newest) > MAX_EPOCHS:
            self._newest.popitem(last=False)
