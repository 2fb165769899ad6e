"""The base of tests of the link between a worker and its backend, over real TLS on loopback."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import TestCase

from sagews.errors import SagewsError
from sagews.model.identifiers import SessionId
from sagews.net.amp import AmpLink
from tests.contracts.session_host import evaluate
from tests.worker.fakes import WAITS, Recorder, evaluation, session_request
from tests.worker.rig import Rig


class LinkTestCase(TestCase):
    """Helpers."""

    timeout = 30

    async def opened(self, rig: Rig, **asked: Any) -> tuple[SessionId, Recorder]:
        """Open a session through the link."""
        host = rig.hosts[0] if rig.hosts else await rig.host()
        request, recorder = session_request(**asked), Recorder()
        await host.open_session(request, recorder)
        return request.session, recorder

    async def running(self, rig: Rig) -> tuple[SessionId, Recorder, str]:
        """Open a session in which a run goes on."""
        session, recorder = await self.opened(rig)
        cell = evaluation(WAITS)
        await evaluate(rig.hosts[0], session, cell)
        await rig.until(lambda: rig.launcher.sessions[session]._run == cell.run)
        return session, recorder, cell.run

    async def refusal(self, waiting: Any) -> SagewsError:
        """Return the error that awaiting this raises."""
        try:
            await waiting
        except SagewsError as error:
            return error
        raise self.failureException("it was not refused")

    def server_link(self, rig: Rig) -> AmpLink:
        """Return the backend's end of the connection."""
        return next(iter(rig.gate._links))
