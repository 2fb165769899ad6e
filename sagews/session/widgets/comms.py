"""What ipywidgets speak over in a session: comms of the `comm` package, which end in the models that are kept here.

Imported with that package, by the first cell that uses it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import comm
from comm.base_comm import BaseComm

from sagews.session.widgets.models import Models


def install(models: Models) -> None:
    """Have all comms of this process end in the models."""
    process = os.getpid()

    class SessionComm(BaseComm):
        """One comm; in a process that a cell forked it leads nowhere."""

        def publish_msg(
            self,
            msg_type: str,
            data: Mapping[str, Any] | None = None,
            metadata: Mapping[str, Any] | None = None,
            buffers: Sequence[Any] | None = None,
            **_: Any,
        ) -> None:
            """Tell that it is opened or closed, or what is said over it."""
            if os.getpid() != process:
                return
            if msg_type == "comm_open":
                models.opened(self, data or {}, buffers or ())
            elif msg_type == "comm_msg":
                models.said(self, data or {}, buffers or ())
            elif msg_type == "comm_close":
                models.closed(self)

    comm.create_comm = SessionComm
