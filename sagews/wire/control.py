r"""What daemons of one data folder ask each other, and the command line asks them: a stream socket in the run folder.

    asker → daemon   one line of JSON, at most 1,024 bytes, with the key "ask":
      {"ask": "status"}                     its components, as `sagews status` shows them
      {"ask": "sessions"}                   {"sessions": […]}: of its backend, [] where it has none
      {"ask": "end-session", "session": ID} {"ended": bool}
      {"ask": "used", "user": ID}           {"used": {resource: number}}, {"used": null} where it has no backend
      {"ask": "reload"}                     {"changed": [sentence], "restart": [setting]}
    daemon → asker   one line of JSON, at most 4 MiB, then the end of the connection:
      {"answer": what stands above} or {"refusal": {"code": CODE, "parameters": {…}}}

The socket is `run/ROLES.socket`, in a folder that only the service account (and root) can enter.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from sagews.errors import Parameter, SagewsError
from sagews.model.identifiers import UUID_PATTERN

MOST_ASKED = 1024
MOST_ANSWERED = 4 * 1024 * 1024

_Id = Annotated[str, msgspec.Meta(pattern=rf"^{UUID_PATTERN.pattern}\Z")]


class ControlQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask"):
    """Anything that is asked."""


class AskStatus(ControlQuestion, frozen=True, tag="status"):
    """What it is made of, and how that is."""


class AskSessions(ControlQuestion, frozen=True, tag="sessions"):
    """Which sessions are alive."""


class AskEndSession(ControlQuestion, frozen=True, tag="end-session"):
    """End a session, because an administrator wants it."""

    session: _Id


class AskUsed(ControlQuestion, frozen=True, tag="used"):
    """What an account has at this moment."""

    user: _Id


class AskReload(ControlQuestion, frozen=True, tag="reload"):
    """Read the settings again."""


class _Refused(msgspec.Struct, frozen=True):
    code: str
    parameters: dict[str, Parameter] = {}


class _Answered(msgspec.Struct, frozen=True, omit_defaults=True):
    answer: dict[str, Any] | None = None
    refusal: _Refused | None = None


_QUESTIONS = msgspec.json.Decoder(AskStatus | AskSessions | AskEndSession | AskUsed | AskReload)
_ANSWERS = msgspec.json.Decoder(_Answered)


def parse_question(line: bytes) -> ControlQuestion:
    """Return what is asked; raises SagewsError `bad-message`."""
    try:
        question: ControlQuestion = _QUESTIONS.decode(line)
    except msgspec.DecodeError as error:
        raise SagewsError("bad-message", reason=str(error)) from None
    return question


def question_line(question: ControlQuestion) -> bytes:
    """Return a question as it is sent, without the end of the line."""
    return msgspec.json.encode(question)


def answer_line(answer: dict[str, Any]) -> bytes:
    """Return an answer as it is sent; raises SagewsError `too-large`."""
    line = msgspec.json.encode(_Answered(answer=answer))
    if len(line) > MOST_ANSWERED:
        raise SagewsError("too-large", limit=MOST_ANSWERED)
    return line


def refusal_line(error: SagewsError) -> bytes:
    """Return a refusal as it is sent."""
    return msgspec.json.encode(_Answered(refusal=_Refused(error.code, error.parameters)))


def parse_answer(line: bytes) -> dict[str, Any]:
    """Return what was answered; raises the refusal, or SagewsError `bad-message`."""
    try:
        answered = _ANSWERS.decode(line)
    except msgspec.DecodeError as error:
        raise SagewsError("bad-message", reason=str(error)) from None
    if answered.refusal is not None:
        raise SagewsError(answered.refusal.code, **answered.refusal.parameters)
    return answered.answer or {}
