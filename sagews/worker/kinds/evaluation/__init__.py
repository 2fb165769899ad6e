"""The kind that evaluates cells, as a worker sees it; session/evaluation/ is its other end."""

from __future__ import annotations

from sagews.model.sessions import EVALUATION
from sagews.worker.kinds.evaluation.conversation import CellConversation
from sagews.worker.kinds.table import WorkerKind, register

register(WorkerKind(EVALUATION, CellConversation))
