"""The daemon's end of the launcher: starts it while the daemon is still root, then speaks wire/launcher.py with it.

The launcher is the only process with host root that stays. Every start and every signal goes through it, because after
the daemon has dropped its own rights it can signal nobody. One that dies is started anew by its keeper, of which the
daemon learns; when the keeper itself dies, so does the daemon, with a non-zero status.
"""

from __future__ import annotations

import itertools
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.logger import Logger
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.launcher import ILauncher, ILauncherListener
from sagews.model.identifiers import SessionId, WorkspaceId, new_id
from sagews.model.sessions import Limits, Usage
from sagews.net.memory_file import MemoryFile
from sagews.net.turns import Turns
from sagews.wire import launcher as wire
from sagews.wire.homes import DiskReport, HomeUsage
from sagews.worker.launcher.descriptors import PacketSocket, kernel_refusals
from sagews.worker.launcher.home_usages import HomeUsages
from sagews.worker.launcher.jobs import Job
from sagews.worker.launcher.listeners import tell_died, tell_ended
from sagews.worker.launcher.process import LauncherProcess
from sagews.worker.launcher.refusals import refusal

log = Logger()

CONTROL_DESCRIPTOR = 3
# When hundreds of workspaces save themselves at once, their jobs must leave processors for those who compute. They
# wait here, because the time of a job begins when the launcher has it.
JOBS_AT_ONCE = 8
JOBS_WAITING = 2000
# Of one account: jobs that take as long as they may must not be all that is under way.
JOBS_OF_ONE = 6
STOP_SECONDS = 5.0
# Of the seconds of a stop: the rest is for the kernel to take it down.
FORCE_AFTER = 0.8


@implementer(ILauncher)
class LauncherClient:
    """The launcher as the daemon sees it.

    Args:
        reactor: starts the process and watches the socket.
        command: the program and its arguments; it finds its control socket as descriptor 3.
        configure: which flavours to load, how many children wait, the least and the wanted level.
        died: called once with a reason when the launcher ends though nobody stopped it.
    """

    def __init__(
        self, reactor: Any, command: Sequence[str], configure: wire.Configure, died: Callable[[str], None]
    ) -> None:
        self._reactor = reactor
        self._command = tuple(command)
        self._configure = configure
        self._died = died
        self._stopping = False
        self._dead = False
        self._socket: PacketSocket | None = None
        self._transport: Any = None
        self.gone: Deferred[None] = Deferred()
        self._hello: Deferred[wire.LauncherInfo] = Deferred()
        self._said: wire.LauncherInfo | None = None
        self._refusal: SagewsError | None = None
        self._states: dict[str, str] = {}
        self._served: set[str] = set()
        self._starting: dict[str, Deferred[None]] = {}
        self._listeners: dict[str, ILauncherListener] = {}
        self._numbers = itertools.count(1)
        self._asked: dict[int, Deferred[Any]] = {}
        self._homes = HomeUsages()
        self._jobs = Turns(JOBS_AT_ONCE, JOBS_WAITING, JOBS_OF_ONE)
        self._handlers: Mapping[type, Callable[[Any], None]] = {
            wire.LauncherInfo: self._serves,
            wire.FlavourState: self._flavour,
            wire.LauncherDied: self._begins_anew,
            wire.Started: self._started,
            wire.Exited: self._ended,
            wire.Refused: self._refused,
            wire.UsageReport: lambda reply: self._answer(reply.request, reply.sessions),
            wire.HomeRemoved: lambda reply: self._answer(reply.request, None),
            DiskReport: self._homes.changed,
        }

    # ------------------------------------------------------------------------------------------ its life

    def start_privileged(self) -> None:
        """Start the launcher; called in privilegedStartService, while the daemon is still root."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        # An explicit environment: without one Twisted would hand over the daemon's own, secrets too.
        environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        with theirs:
            try:
                self._transport = self._reactor.spawnProcess(
                    LauncherProcess(self._process_ended),
                    self._command[0],
                    self._command,
                    env=environment,
                    path="/",
                    childFDs={0: nothing, 1: "r", 2: "r", CONTROL_DESCRIPTOR: theirs.fileno()},
                )
            finally:
                os.close(nothing)
        self._socket = PacketSocket(self._reactor, ours, wire.MAX_PACKET, self._received, self._socket_ended)
        self._socket.resume()
        # At once and while we are still root: what we wish is on its way before anything else could be said to it.
        self._send(self._configure)

    async def started(self, seconds: float = 30.0) -> None:
        """Wait for the launcher's hello.

        Raises:
            SagewsError: `isolation` when its level is too low, `internal` when it ended, `limit` past the time.
        """
        self._hello.addTimeout(seconds, self._reactor, onTimeoutCancel=_silent)
        await self._hello

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End every session and the launcher, by force in the end; fires when it is gone, within so many seconds."""
        self._stopping = True
        if self._dead or self._transport is None:
            return
        self._send(wire.StopLauncher())
        late = self._reactor.callLater(min(STOP_SECONDS, seconds * FORCE_AFTER), self._force)
        await self.gone
        if late.active():
            late.cancel()

    def _force(self) -> None:
        log.warn("the launcher did not stop in time")
        if self._socket is not None:
            self._socket.lost()
        # Not ours to signal once we have dropped our rights; then the closed socket has to do.
        with suppress(ProcessExitedAlready, PermissionError):
            self._transport.signalProcess("KILL")

    def _socket_ended(self) -> None:
        if not self._dead:
            log.info("the launcher closed its socket")

    def _process_ended(self, reason: str) -> None:
        if self._dead:
            return
        self._dead = True
        if self._socket is not None:
            # The end of the process and its last packets come by different ways, and the packet says why.
            self._read_rest(self._socket)
        if not self._stopping:
            log.critical("the launcher ended: {reason}", reason=reason)
            tell_died(self._died, str(self._refusal) if self._refusal else f"The launcher ended: {reason}")
        error = self._refusal or SagewsError("internal", correlation="launcher")
        self._fail_all(error)
        if not self._hello.called:
            self._hello.errback(error)
        self.gone.callback(None)

    def _read_rest(self, control: PacketSocket) -> None:
        """Take the packets that it sent before its end, for instance why it refused to serve."""
        # Bounded, although nobody writes to it any more: a fault there must not keep the daemon from ending.
        for _ in range(10_000):
            if control.closed:
                return
            control.doRead()
        control.lost()

    def _fail_all(self, error: SagewsError) -> None:
        waiting: list[Deferred[Any]] = [*self._starting.values(), *self._asked.values()]
        self._starting.clear()
        self._asked.clear()
        for deferred in waiting:
            deferred.errback(error)
        # Taken out first: what a listener does on hearing this may change the table.
        listeners, self._listeners = self._listeners, {}
        for identifier, listener in listeners.items():
            tell_ended(listener, wire.Exited(identifier, "crash", -signal.SIGKILL, 0.0, 0))

    # ------------------------------------------------------------------------------------------ what it says

    def _send(self, request: wire.Request, descriptors: Sequence[int] = ()) -> None:
        if self._dead or self._socket is None:
            raise SagewsError("internal", correlation="launcher")
        self._socket.send(wire.format_packet(request), descriptors)

    def _received(self, packet: bytes) -> None:
        try:
            reply = wire.parse_reply(packet)
        except SagewsError:
            # Logged and passed over: giving the launcher up for one packet would end every session.
            log.failure("the launcher sent a packet that is out of form")
            return
        self._handlers[type(reply)](reply)

    def _serves(self, info: wire.LauncherInfo) -> None:
        self._said = info
        if not self._hello.called:
            self._hello.callback(info)

    def _begins_anew(self, died: wire.LauncherDied) -> None:
        """Learn that it died and is started anew: its sessions are over, and it has to be told what is wished."""
        log.error("the launcher died and is started anew: {reason}", reason=died.reason)
        # It may be read after the keeper has ended as well: then there is nobody to tell, but all the same to fail.
        if not self._dead:
            self._send(self._configure)
        self._fail_all(SagewsError("flavour-failed"))

    def _flavour(self, state: wire.FlavourState) -> None:
        self._states[state.flavour] = state.state
        if state.state == "ready":
            self._served.add(state.flavour)
        log.info("flavour {flavour} is {state} {reason}", **_fields(state))

    def _started(self, started: wire.Started) -> None:
        waiting = self._starting.pop(started.id, None)
        if waiting is not None:
            waiting.callback(None)

    def _ended(self, ended: wire.Exited) -> None:
        # One that ended before it was said to have started: whoever waits for the start goes on and finds it over.
        self._started(wire.Started(ended.id))
        listener = self._listeners.pop(ended.id, None)
        if listener is not None:
            tell_ended(listener, ended)

    def _refused(self, refused: wire.Refused) -> None:
        error = refusal(refused)
        if refused.id is not None and refused.id in self._starting:
            self._listeners.pop(refused.id, None)
            self._starting.pop(refused.id).errback(error)
        elif refused.request is not None and refused.request in self._asked:
            self._asked.pop(refused.request).errback(error)
        else:
            if refused.code == "isolation":
                self._refusal = error
            log.warn("the launcher refused: {code}: {reason}", code=refused.code, reason=refused.reason)

    def _answer(self, number: int, value: Any) -> None:
        waiting = self._asked.pop(number, None)
        if waiting is not None:
            waiting.callback(value)

    # ------------------------------------------------------------------------------------------ ILauncher

    @property
    def level(self) -> str:
        """See ILauncher."""
        return self._known().level

    @property
    def report(self) -> Mapping[str, Any]:
        """See ILauncher."""
        return {**self._known().report, "flavours": dict(self._states)}

    @property
    def flavours(self) -> Sequence[str]:
        """See ILauncher: those that were loaded once, or may still be."""
        return [name for name in self._known().flavours if name in self._served or self._states.get(name) != "failed"]

    def _known(self) -> wire.LauncherInfo:
        if self._said is None:
            raise SagewsError("internal", correlation="launcher")
        return self._said

    async def open_session(
        self,
        session: SessionId,
        workspace: WorkspaceId | None,
        flavour: str,
        limits: Limits,
        stream: socket.socket,
        listener: ILauncherListener,
        kind: str,
        owner: str | None = None,
    ) -> None:
        """See ILauncher; fires when the session has its home and its socket."""
        # Our copy goes whatever happens: while we held it, the end of the session would never show as an end of its
        # stream.
        with stream:
            request = wire.StartSession(session, workspace, flavour, limits, kind, owner)
            with kernel_refusals(session):
                started = self._ask_to_start(request, [stream.fileno()], listener)
        await started

    def _ask_to_start(
        self, request: wire.StartSession | wire.StartJob, descriptors: Sequence[int], listener: ILauncherListener
    ) -> Deferred[None]:
        started = self._expect(request.id, listener)
        try:
            self._send(request, descriptors)
        except BaseException:
            # The launcher never heard of it and so never says that it ended: it would be waited for until our own end.
            self._forget_waiting(request.id)
            raise
        return started

    def _expect(self, identifier: str, listener: ILauncherListener) -> Deferred[None]:
        if identifier in self._listeners:
            raise SagewsError("busy")
        started: Deferred[None] = Deferred()
        self._starting[identifier] = started
        self._listeners[identifier] = listener
        return started

    async def run_job(
        self,
        job: str,
        workspace: WorkspaceId | None,
        *,
        access: str,
        arguments: Mapping[str, str],
        input: bytes | MemoryFile,
        seconds: int,
        output_limit: int,
        limits: Limits,
        account: str = "",
    ) -> bytes:
        """See ILauncher; its time begins with its turn."""
        request = wire.StartJob(new_id(), job, workspace, access, arguments, seconds, limits)
        # The turn first and the time then, else a job that waited behind others would be over before it began.
        async with self._jobs.of(account or workspace or ""):
            return await self._start_job(request, input, output_limit)

    def _start_job(self, request: wire.StartJob, input: bytes | MemoryFile, output_limit: int) -> Deferred[bytes]:
        identifier = request.id
        kill = lambda: self.signal(_session(identifier), "KILL")  # noqa: E731
        with kernel_refusals(identifier):
            running = Job(self._reactor, identifier, output_limit, request.seconds, kill)
        try:
            with kernel_refusals(identifier):
                started = self._ask_to_start(request, running.descriptors(input), running)
        except SagewsError as error:
            running.refused(error)
        else:
            running.sent()
            started.addErrback(running.not_started)
        return running.result

    def _forget_waiting(self, identifier: str) -> None:
        self._starting.pop(identifier, None)
        self._listeners.pop(identifier, None)

    def signal(self, session: SessionId, signal: str) -> None:
        """See ILauncher; does nothing for what has ended."""
        if session in self._listeners and not self._dead:
            self._send(wire.Signal(session, signal))

    async def usage(self, sessions: Sequence[SessionId]) -> Mapping[str, Usage]:
        """See ILauncher."""
        found: dict[str, Usage] = {}
        for first in range(0, len(sessions), wire.MAX_IDS):
            number = next(self._numbers)
            answer = await self._ask(number, wire.AskUsage(number, tuple(sessions[first : first + wire.MAX_IDS])))
            found.update({name: Usage(memory, cpu) for name, (memory, cpu) in answer.items()})
        return found

    def home_usage(self, workspace: WorkspaceId) -> HomeUsage | None:
        """See ILauncher."""
        return self._homes.of(workspace)

    async def forget(self, workspace: WorkspaceId) -> None:
        """See ILauncher."""
        number = next(self._numbers)
        await self._ask(number, wire.RemoveHome(number, workspace))
        self._homes.forget(workspace)

    def _ask(self, number: int, request: wire.Request) -> Deferred[Any]:
        self._send(request)
        answer: Deferred[Any] = Deferred()
        self._asked[number] = answer
        return answer


def _session(identifier: str) -> SessionId:
    return SessionId(identifier)


def _fields(state: wire.FlavourState) -> dict[str, str]:
    return {"flavour": state.flavour, "state": state.state, "reason": state.reason}


def _silent(result: Any, seconds: float) -> None:
    raise SagewsError("limit", limit=f"{seconds:g} s", advice="The launcher did not start; see its log.")
