"""Hands over to the session what it evaluates next: a cell, or what people said to an interact; the two take turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.logger import Logger

from sagews.backend.runs.channels.interacts import Interacts
from sagews.backend.runs.run_registry import RunRegistry
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import CellId, RunId, SessionId
from sagews.model.sessions import Evaluation, Piece, PieceKind
from sagews.net.background import run_in_background
from sagews.policy.sessions.interact_line import Said
from sagews.wire.session.messages import channel_message, close_message, run_message

Session = tuple[ISessionHost, SessionId]


class Handover:
    """That of one document's session.

    Args:
        registry: knows the cells that wait, and the interacts.
        session: returns where the session is that is alive, None while there is none.
        begins: is called before something is handed over.
        cell_failed, interact_failed: are called when what was handed over did not reach the session; of a cell with its
            run and why.

    Attributes:
        cell: of the run that was handed over last.
    """

    __slots__ = (
        "_begins",
        "_cell_failed",
        "_cells_turn",
        "_interact_failed",
        "_interacts",
        "_registry",
        "_session",
        "cell",
    )

    _log = Logger()

    def __init__(
        self,
        registry: RunRegistry,
        session: Callable[[], Session | None],
        begins: Callable[[], None],
        cell_failed: Callable[[SessionId, RunId, str], None],
        interact_failed: Callable[[], None],
    ) -> None:
        self._registry = registry
        self._interacts: Interacts = registry.channels.interacts
        self._interacts.when_orphaned = self._disown
        self._session = session
        self._begins = begins
        self._cell_failed = cell_failed
        self._interact_failed = interact_failed
        # Whoever drags a slider about must not keep cells waiting, nor many cells the slider.
        self._cells_turn = False
        self.cell = CellId("")

    @property
    def under_way(self) -> bool:
        """Whether the session evaluates something."""
        return self._registry.running is not None or self._interacts.evaluated is not None

    def next(self, correlation: str) -> None:
        """Hand the next one over, if there is one, to a session that is free."""
        session = self._session()
        if session is None:
            return
        found: Evaluation | Said | None
        if self._cells_turn or not self._interacts.waiting:
            found = self._registry.start_next() or self._interacts.start_next()
        else:
            found = self._interacts.start_next() or self._registry.start_next()
        self._cells_turn = isinstance(found, Said)
        if found is not None:
            # It may fail at once.
            self._begins()
        if isinstance(found, Said):
            run_in_background(self._say(session, found), self._log, "interact", correlation)
        elif found is not None:
            self.cell = found.cell
            run_in_background(self._evaluate(session, found), self._log, "evaluate", correlation)

    async def _evaluate(self, session: Session, evaluation: Evaluation) -> None:
        host, own = session
        try:
            await host.send(own, run_message(evaluation), evaluation.run)
        except SagewsError as error:
            self._cell_failed(own, evaluation.run, str(error))

    async def _say(self, session: Session, said: Said) -> None:
        host, own = session
        try:
            await host.send(own, channel_message(said.run, said.channel, said.body()))
        except SagewsError:
            # Its cell may just have closed it, or the worker is lost, which everybody is told of elsewhere.
            if self._interacts.evaluated is said:
                self._interact_failed()

    def is_over_by(self, piece: Piece) -> bool:
        """Whether a piece is the end of what is said to an interact."""
        said = self._interacts.evaluated
        if said is None or piece.kind is not PieceKind.STATE or not piece.body["over"]:
            return False
        return said.place == (piece.run, piece.body["channel"])

    def _disown(self, run: RunId, channels: Sequence[int]) -> None:
        """Tell the session that nobody sees these interacts any more."""
        session = self._session()
        if session is None:
            return
        for channel in channels:
            run_in_background(self._close(session, run, channel), self._log, "interact", run)

    async def _close(self, session: Session, run: RunId, channel: int) -> None:
        host, own = session
        try:
            await host.send(own, close_message(run, channel))
        except SagewsError as error:
            self._log.debug("an interact could not be closed: {reason}", reason=str(error), correlation=run)
