"""The kind that evaluates cells (session/evaluation/)."""

from __future__ import annotations

from sagews.session.evaluation.loop import serve
from sagews.session.kinds.table import SessionKind, register

register(SessionKind("evaluation", serve))
