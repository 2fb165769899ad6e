"""What goes on in a connection: a console of Python and of operators' commands, or one command and its output.

Every line stands in the log, with the name of the key, before it is run: what it does may be the end of the log.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.conch import manhole_ssh
from twisted.conch.insults.insults import ServerProtocol
from twisted.conch.interfaces import IConchUser, ISession
from twisted.conch.manhole import Manhole
from twisted.conch.ssh.keys import Key
from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.logger import Logger
from twisted.python.components import Componentized
from twisted.python.failure import Failure
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.ops.manhole.strangers import LimitedFactory

MOST_LOGGED = 4000
# Of one command, in seconds: a console must not hold a question for ever.
ANSWER_SECONDS = 60.0
# A word, then words: what is also Python (an assignment, a call) is Python.
_WORDS = re.compile(r"[\w-]+(?:\s+[\w./:@+-]+)*\s*\Z")

OperatorCommand = Callable[[Sequence[str]], Coroutine[Any, Any, str]]

log = Logger()


@dataclass(frozen=True, slots=True)
class Console:
    """What a console has.

    Attributes:
        reactor: for the time that commands may take.
        commands: operators' commands by their name.
        namespace: names that Python begins with.
    """

    reactor: Any
    commands: Mapping[str, OperatorCommand]
    namespace: Mapping[str, Any]

    def command_of(self, line: str) -> list[str] | None:
        """Return the words of a command, or None for what is none."""
        words = line.split()
        return words if words and words[0] in self.commands and _WORDS.match(line.strip()) else None

    async def run(self, words: Sequence[str]) -> str:
        """Run a command and return what it says.

        Raises:
            SagewsError: what it refuses with, or `bad-value` when there is no such command.
        """
        command = self.commands.get(words[0]) if words else None
        if command is None:
            raise SagewsError("bad-value", field="command", reason=f"there are {', '.join(sorted(self.commands))}")
        running = Deferred.fromCoroutine(command(words[1:]))
        return await running.addTimeout(ANSWER_SECONDS, self.reactor)


def audit(name: str, line: str) -> None:
    """Log what somebody is about to run."""
    log.info("manhole: {name} runs {line}", name=name, line=ascii(line[:MOST_LOGGED]))


class AuditedManhole(Manhole):
    """The interactive console of one connection.

    Args:
        console: what it has.
        name: of the key that it was opened with.
    """

    def __init__(self, console: Console, name: str) -> None:
        super().__init__(dict(console.namespace))
        self._console = console
        self._name = name

    def connectionMade(self) -> None:
        """Say what there is."""
        super().connectionMade()
        self.terminal.reset()
        self.terminal.write(f"Sage Workspaces. Commands: {', '.join(sorted(self._console.commands))}; else Python.")
        self.terminal.nextLine()
        self.terminal.write(self.ps[self.pn])

    def lineReceived(self, line: bytes) -> None:
        """Note a line, then run it."""
        text = line.decode("utf-8", "replace")
        audit(self._name, text)
        words = None if self.interpreter.buffer else self._console.command_of(text)
        if words is None:
            super().lineReceived(line)
            return
        running = Deferred.fromCoroutine(self._console.run(words))
        running.addCallbacks(lambda said: said, said_of)
        running.addCallback(self._show)
        running.addErrback(lambda failure: log.failure("a command of the console failed", failure))

    def _show(self, said: str) -> None:
        self.addOutput(said + "\n", True)


def said_of(failure: Failure) -> str:
    """Return what is said of a failure, which is logged when it is none of ours."""
    if not failure.check(SagewsError):
        log.failure("a command of the console failed", failure)
    return f"{type(failure.value).__name__}: {failure.getErrorMessage()}"


class _NoProcess:
    """What Conch takes for the process of a command: there is none, so it has no input and can't be ended."""

    def write(self, data: bytes) -> None:
        """Nobody reads input."""

    def closeStdin(self) -> None:
        """There is none."""

    def loseConnection(self) -> None:
        """The command ends by itself, at the latest when its time is up."""


class OperatorSession(manhole_ssh.TerminalSession):
    """A session of a connection: a console for `ssh HOST`, one command for `ssh HOST COMMAND`."""

    console: Console
    name: str
    # Of a shell without a terminal.
    width, height = 80, 24

    def openShell(self, proto: Any) -> None:
        """Open a console."""
        # Conch calls what it has here, a class by default.
        opened: Any = lambda: ServerProtocol(AuditedManhole, self.console, self.name)  # noqa: E731
        self.chainedProtocolFactory = opened
        super().openShell(proto)

    def execCommand(self, proto: Any, command: bytes) -> None:
        """Run a command, write what it says, and end with status 0, or 1 when it fails."""
        line = command.decode("utf-8", "replace")
        audit(self.name, line)
        proto.makeConnection(_NoProcess())
        running = Deferred.fromCoroutine(self._run(line))
        running.addCallbacks(lambda said: (0, said), lambda failure: (1, said_of(failure)))
        running.addCallback(lambda outcome: self._end(proto, *outcome))
        running.addErrback(lambda failure: log.failure("an answer of the console was lost", failure))

    async def _run(self, line: str) -> str:
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise SagewsError("bad-value", field="command", reason=str(error)) from None
        return await self.console.run(words)

    def _end(self, proto: Any, status: int, said: str) -> None:
        proto.outReceived((said + "\n").encode("utf-8", "replace"))
        proto.processEnded(Failure(ProcessTerminated(exitCode=status) if status else ProcessDone(0)))

    def windowChanged(self, newWindowSize: Any) -> None:
        """A terminal of another size is none of our business: lines wrap by themselves."""

    def eofReceived(self) -> None:
        """Whoever runs a script has no more input; the command goes on."""


@implementer(IRealm)
class OperatorRealm:
    """Gives each connection its console.

    Args:
        console: what all have.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def requestAvatar(self, avatar_id: Any, mind: Any, *interfaces: Any) -> tuple[Any, Any, Callable[[], None]]:
        """Return the user of a key."""
        parts = Componentized()
        user = manhole_ssh.TerminalUser(parts, avatar_id)
        session = OperatorSession(parts)
        session.console, session.name = self._console, avatar_id.decode()
        parts.setComponent(IConchUser, user)
        parts.setComponent(ISession, session)
        log.info("manhole: {name} enters", name=session.name)
        return IConchUser, user, lambda: log.info("manhole: {name} leaves", name=session.name)


class ManholeFactory(LimitedFactory):
    """Serves consoles.

    Args:
        console: what they have.
        checker: who may enter.
        key: the daemon's own.
    """

    noisy = False

    def __init__(self, console: Console, checker: ICredentialsChecker, key: Key) -> None:
        super().__init__(console.reactor)
        self.portal = Portal(OperatorRealm(console), [checker])
        self._key = key

    def getPublicKeys(self) -> dict[bytes, Key]:
        """See SSHFactory."""
        return {self._key.sshType(): self._key.public()}

    def getPrivateKeys(self) -> dict[bytes, Key]:
        """See SSHFactory."""
        return {self._key.sshType(): self._key}
