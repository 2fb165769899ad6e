"""Answers completion and inspection between cells, within a deadline, whatever user code they run into."""

from __future__ import annotations

import signal

from sagews.session.evaluation.evaluator import Evaluator
from sagews.session.help import completion, inspection, receivers, signatures, variables
from sagews.session.help.calls import OpenCall
from sagews.session.output.output import SessionOutput
from sagews.wire.session.frames import CompleteFrame, CompletionsFrame, InspectFrame, InspectionFrame
from sagews.wire.session.variables import ListingFrame, VariablesFrame

DEADLINE = 0.8
_RECEIVER = "receiver"
Question = CompleteFrame | InspectFrame | VariablesFrame
Answer = CompletionsFrame | InspectionFrame | ListingFrame


class Helper:
    """Looks things up in a session's namespace.

    Args:
        evaluator: lends its namespace, and its way to run what may be interrupted.
        output: takes the answers.
    """

    def __init__(self, evaluator: Evaluator, output: SessionOutput) -> None:
        self._evaluator = evaluator
        self._output = output

    def answer(self, request: Question) -> None:
        """Answer one request; what takes too long, or fails, is answered with nothing."""
        signal.setitimer(signal.ITIMER_REAL, DEADLINE)
        try:
            reply = self._reply(request)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._output.answer(reply)

    def _reply(self, request: Question) -> Answer:
        found: list[Answer] = []
        if isinstance(request, CompleteFrame):
            self._evaluator.attempt(lambda: found.append(self._complete(request)))
            return found[0] if found else CompletionsFrame(request.request, request.cursor, request.cursor, ())
        if isinstance(request, VariablesFrame):
            self._evaluator.attempt(lambda: found.append(self._list(request)))
            return found[0] if found else ListingFrame(request.request, ())
        self._evaluator.attempt(lambda: found.append(self._inspect(request)))
        return found[0] if found else InspectionFrame(request.request, False, {})

    def _complete(self, request: CompleteFrame) -> CompletionsFrame:
        evaluator = self._evaluator
        found = completion.complete(request.code, request.cursor, evaluator.namespace, evaluator.python)
        start, end, matches = found
        return CompletionsFrame(request.request, start, end, tuple(matches))

    def _inspect(self, request: InspectFrame) -> InspectionFrame:
        if request.detail == inspection.SIGNATURE:
            told = signatures.told(request.code, request.cursor, self._callee)
            return InspectionFrame(request.request, told is not None, {signatures.MIME: told} if told else {})
        name = inspection.name_at(request.code, request.cursor)
        data = inspection.describe(name, request.detail, self._evaluator.namespace)
        return InspectionFrame(request.request, data is not None, data or {})

    def _callee(self, call: OpenCall) -> signatures.Callee | None:
        """What is called: looked up as it is, as Sage knows it where it knows more."""
        evaluator = self._evaluator
        if call.receiver:
            known, value = receivers.value_of(call.receiver, evaluator.namespace, evaluator.python)
            found = completion.resolve(f"{_RECEIVER}.{call.name}", {_RECEIVER: value} if known else {})
        else:
            looked_at = signatures.callee_untouched(call, evaluator.namespace)
            if looked_at is not None and looked_at.signature is not None:
                return looked_at
            found = completion.resolve(call.name, evaluator.namespace)
        if not completion.exists(found):
            return None
        signature = inspection.signature(found)
        if signature is not None and (call.receiver or "." in call.name):
            signature = signatures.without_self(signature)
        return signatures.Callee(signature, inspection.document(found))

    def _list(self, request: VariablesFrame) -> ListingFrame:
        shown, more = variables.listing(self._evaluator.namespace, self._evaluator.shell.original)
        return ListingFrame(request.request, tuple(shown), more)
