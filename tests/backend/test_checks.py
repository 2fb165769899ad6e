"""Large edits: the processes in which they are tried, with a deadline, and whose turn it is."""

from __future__ import annotations

import errno
import os
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase, TestCase

from sagews.backend.checks import process, wire
from sagews.backend.checks.process import DocumentChecks
from sagews.backend.checks.queues import MOST_BYTES, MOST_WAITING, AccountQueues
from sagews.backend.crdt.document import new_document
from sagews.errors import SagewsError
from sagews.model.identifiers import UserId
from tests.contracts.checks import ADA, COUNTS, DocumentChecksContract, pasted
from tests.fakes.checks import InlineChecks

EMMY = UserId("emmy")


class QuestionTests(SynchronousTestCase):
    """Questions as they are sent."""

    def test_a_document_is_not_copied_to_be_asked_about(self) -> None:
        """A question is sent in parts, one of which is the document itself; together they are what is read."""
        document = b"x" * 1000
        parts = wire.question("text", (document, b"more"), structs=3)
        self.assertTrue(any(part is document for part in parts))
        whole = b"".join(parts)
        self.assertEqual(wire.length_of(whole[: wire.HEADER]), len(whole) - wire.HEADER)
        header, blobs = wire.read(whole[wire.HEADER :])
        self.assertEqual((header["do"], header["structs"], blobs), ("text", 3, [document, b"more"]))


class InlineTests(DocumentChecksContract, TestCase):
    """The fake."""

    async def make_checks(self) -> Any:
        """Return the fake."""
        return InlineChecks()


class ProcessTests(DocumentChecksContract, TestCase):
    """The real process."""

    timeout = 60

    async def make_checks(self) -> Any:
        """Return checks whose process ends with the test."""
        return self.made()

    def made(self, **options: Any) -> DocumentChecks:
        """Return checks."""
        checks = DocumentChecks(reactor, **options)
        self.addCleanup(self.ended, checks)
        return checks

    def ended(self, checks: DocumentChecks) -> Deferred[None]:
        """Stop checks and wait for their process."""
        over: Deferred[None] = Deferred()
        gone = checks.gone
        checks.stop()
        if not checks._processes:
            over.callback(None)
            return over

        def tell(which: Any) -> None:
            gone(which)
            if not checks._processes:
                over.callback(None)

        checks.gone = tell  # type: ignore[method-assign]
        return over

    async def test_who_takes_too_long_is_ended(self) -> None:
        """Past its deadline a question is refused, the process ended, and the next question has a new one."""
        checks, state = self.made(deadline=0.0), new_document("One").get_update()
        update = pasted(state, 300)
        error = await self.assertFailure(
            Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, update, COUNTS)), SagewsError
        )
        self.assertEqual(error.code, "bad-update")
        checks._deadline = 30.0
        self.assertTrue(await checks.try_update(ADA, lambda: state, update, COUNTS))

    async def test_computing_is_what_counts(self) -> None:
        """A question that computes longer than it may ends its process, however much time its deadline leaves."""
        program = process.PROGRAM.replace(
            "; main()", "; import sagews.backend.checks.program as p; p.SECONDS = 0.001; main()"
        )
        self.patch(process, "PROGRAM", program)
        checks, state = self.made(deadline=600.0), new_document("One").get_update()
        asked = Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, pasted(state, 2000), COUNTS))
        self.assertEqual((await self.assertFailure(asked, SagewsError)).code, "bad-update")

    async def test_a_killed_process_is_replaced(self) -> None:
        """Questions behind the one over which it was killed are answered."""
        checks, state = self.made(), new_document("One").get_update()
        update = pasted(state, 300)
        asked = [Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, update, COUNTS)) for _ in range(3)]
        asked[0].addErrback(lambda failure: 0)
        checks._processes[0].kill()
        first, *others = await gatherResults(asked)
        self.assertEqual((first, all(others)), (0, True))

    async def test_nobody_waits_behind_the_questions_of_another(self) -> None:
        """Somebody's one question is answered although another account asked eight before."""
        checks, state, begun = self.made(), new_document("One").get_update(), []
        update = pasted(state, 300)

        def begin(account: UserId) -> bytes:
            # Asked for when a process takes the question: which of two processes ends first is the machine's affair.
            begun.append(account)
            return state

        def asked(account: UserId) -> Deferred[Any]:
            return Deferred.fromCoroutine(checks.try_update(account, lambda: begin(account), update, COUNTS))

        await gatherResults([*[asked(ADA) for _ in range(8)], asked(EMMY)])
        self.assertLess(begun.index(EMMY), 3)
        self.assertEqual(begun.count(ADA), 8)

    async def test_a_document_that_cannot_be_encoded_lets_the_next_through(self) -> None:
        """What fails while its question is made is told to whoever asked, and the account has another turn."""
        checks, state = self.made(), new_document("One").get_update()

        def broken() -> bytes:
            raise SagewsError("conflict")

        error = await self.assertFailure(Deferred.fromCoroutine(checks.text(ADA, broken)), SagewsError)
        self.assertEqual(error.code, "conflict")
        self.assertEqual(await checks.title(ADA, lambda: state), "One")

    async def test_who_stops_tells_those_who_wait(self) -> None:
        """Stopping leaves nobody waiting."""
        checks, state = self.made(), new_document("One").get_update()
        asked = [
            Deferred.fromCoroutine(checks.try_update(ADA, lambda: state, pasted(state, 300), COUNTS)) for _ in range(3)
        ]
        checks.stop()
        for each in asked:
            await self.assertFailure(each, SagewsError)


class FullMachine(Clock):
    """A reactor that can start no process for some time, and then starts them without doing anything."""

    full = True

    def spawnProcess(self, protocol: Any, *arguments: Any, **options: Any) -> None:
        """Start one."""
        if self.full:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        protocol.makeConnection(StringTransport())


class FullMachineTests(SynchronousTestCase):
    """Where no process can be started."""

    def test_who_asks_is_told_and_may_ask_again(self) -> None:
        """Each question is refused with what to do, and once there is room again all accounts are served."""
        machine = FullMachine()
        checks = DocumentChecks(machine, processes=2)

        def asked(account: UserId) -> Deferred[str]:
            return Deferred.fromCoroutine(checks.text(account, lambda: b"x"))

        for account in (ADA, ADA, EMMY, UserId("carl")):
            error = self.failureResultOf(asked(account), SagewsError).value
            self.assertIn("can start no process for this now. Try again", str(error))
        machine.full = False
        answers = [asked(account) for account in (ADA, EMMY)]
        self.assertEqual([each.asked is not None for each in checks._processes], [True, True])
        for answer, process_of in zip(answers, list(checks._processes), strict=True):
            process_of.outReceived(wire.answer({}, (b"text",)))
            self.assertEqual(self.successResultOf(answer), "text")


class QueueTests(SynchronousTestCase):
    """Who is asked for next."""

    def test_accounts_take_turns(self) -> None:
        """Round robin, one of each account at a time, each account's own in order."""
        queues: AccountQueues[int] = AccountQueues()
        for each in range(3):
            queues.put(ADA, each, 0)
        queues.put(EMMY, 10, 0)
        self.assertEqual([queues.next(), queues.next(), queues.next()], [(ADA, 0), (EMMY, 10), None])
        queues.over(ADA)
        queues.put(EMMY, 11, 0)
        self.assertEqual([queues.next(), queues.next()], [(ADA, 1), None])
        queues.over(EMMY)
        queues.over(ADA)
        self.assertEqual([queues.next(), queues.next(), queues.next()], [(EMMY, 11), (ADA, 2), None])

    def test_an_account_has_few_waiting(self) -> None:
        """Beyond the bounds in number or in bytes an account is refused, and another one is not."""
        queues: AccountQueues[int] = AccountQueues()
        for each in range(MOST_WAITING):
            queues.put(ADA, each, 0)
        self.assertEqual(self.assertRaises(SagewsError, queues.put, ADA, 99, 0).code, "limit")
        queues.put(EMMY, 0, MOST_BYTES)
        self.assertEqual(self.assertRaises(SagewsError, queues.put, EMMY, 1, 1).code, "limit")
        self.assertEqual(len(list(queues.clear())), MOST_WAITING + 1)
        queues.put(ADA, 1, 0)
