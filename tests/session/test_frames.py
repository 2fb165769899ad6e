"""Framing and grammar: whatever a session sends is a typed value or a ProtocolError, nothing else."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.wire import fields as frames_fields
from sagews.wire.session import channels, checks
from sagews.wire.session import frames as session
from sagews.wire.session.framing import FrameReader, ProtocolError, frame
from sagews.wire.session.grammar import encode, parse_from_session, parse_to_session, payload
from tests.counting import calls

RUN = "01890a5d-ac96-774b-bcce-b302099a8057"
_fit = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _fit,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(_fit, part, max_size=4),
    max_leaves=20,
)
_frames = st.fixed_dictionaries(
    {
        "file": _fit,
        "line": st.integers(0, 2**31),
        "function": _fit,
        "user": st.booleans(),
        "source": st.lists(st.tuples(st.integers(0, 1000), _fit).map(list), max_size=5),
    },
    optional={"marked": st.lists(st.integers(0, 1000), min_size=2, max_size=2)},
)
FRAME = {"file": "f", "line": 1, "function": "", "user": True, "source": []}
MISMARKED: tuple[Any, ...] = ([], [1], [1, 2, 3], [-1, 2], [0, 10**6], ["a", 2], "ab", 5)
_texts = st.dictionaries(st.sampled_from(["text/plain", "text/html"]), _fit)
_bundles = _texts | st.fixed_dictionaries({"application/json": _json, "image/png": st.sampled_from(["", "aGk="])})
_from_session = st.one_of(
    st.builds(session.ReadyFrame, _fit.filter(lambda text: len(text) <= 64), st.just({"python": "3.11"})),
    st.builds(session.StreamFrame, st.just(RUN), st.sampled_from(session.STREAMS), _fit),
    st.builds(session.DisplayFrame, st.just(RUN), _bundles, st.dictionaries(_fit, _json, max_size=3)),
    st.builds(session.ResultFrame, st.just(RUN), _bundles, st.just({})),
    st.builds(session.ErrorFrame, st.just(RUN), _fit, _fit, st.lists(_frames, max_size=3).map(tuple), _fit),
    st.builds(session.SpilledFrame, st.just(RUN), st.just(""), *[st.integers(0, 2**53)] * 3),
    st.builds(
        channels.OpenFrame,
        st.just(RUN),
        st.integers(1, channels.MAX_CHANNELS),
        st.just("input"),
        st.fixed_dictionaries({"prompt": _fit, "hidden": st.booleans()}),
    ),
    st.builds(session.StoppingFrame, st.just(RUN)),
    st.builds(channels.CloseFrame, st.just(RUN), st.integers(1, channels.MAX_CHANNELS)),
    st.builds(session.DoneFrame, st.just(RUN), st.sampled_from(session.STATUSES), *[st.floats(0, 1000)] * 2),
    st.builds(
        session.CompletionsFrame, st.integers(0, 99), st.just(1), st.just(2), st.just(({"text": "a", "kind": "b"},))
    ),
    st.builds(session.InspectionFrame, st.integers(0, 99), st.booleans(), _texts),
)


def _read(data: bytes) -> session.FromSession | None:
    """Return what a payload says, or None if it is refused."""
    try:
        return parse_from_session(data)
    except ProtocolError:
        return None


class FramingTests(SynchronousTestCase):
    """Cutting a byte stream."""

    @given(st.lists(st.binary(min_size=1, max_size=300), max_size=8), st.integers(1, 50))
    def test_any_cutting_of_the_stream_gives_the_same_frames(self, payloads: list[bytes], step: int) -> None:
        """However the bytes arrive, the payloads come out whole and in order."""
        data = b"".join(frame(each) for each in payloads)
        reader = FrameReader(1000)
        found = [each for start in range(0, len(data), step) for each in reader.feed(data[start : start + step])]
        self.assertEqual(found, payloads)
        self.assertEqual(reader.unfinished, 0)

    def test_a_frame_over_the_limit_is_refused_by_its_length(self) -> None:
        """A forged length is refused before its bytes are awaited."""
        for length in (0, 1001, 2**32 - 1):
            reader = FrameReader(1000)
            self.assertRaises(ProtocolError, lambda each=length, to=reader: list(to.feed(struct.pack(">I", each))))

    def test_an_unfinished_frame_is_held_within_its_limit(self) -> None:
        """A slow sender costs what it sent and not more."""
        reader = FrameReader(1000)
        self.assertEqual(list(reader.feed(struct.pack(">I", 1000) + b"x" * 10)), [])
        self.assertEqual(reader.unfinished, 14)


class GrammarTests(SynchronousTestCase):
    """What the payloads say."""

    @given(_from_session)
    def test_what_is_written_is_read(self, value: session.FromSession) -> None:
        """Every value comes back from its own frame."""
        (data,) = FrameReader(session.MAX_FRAME_FROM_SESSION).feed(encode(value))
        self.assertEqual(parse_from_session(data), value)

    @given(
        st.builds(session.DoneFrame, st.just(RUN), st.sampled_from(session.STATUSES), *[st.floats(0, 1e9)] * 2)
        | st.builds(session.ResultFrame, st.just(RUN), st.fixed_dictionaries({"text/plain": _fit}), st.just({})),
        st.integers(0, 300),
        st.sampled_from((b"", b"0", b'"', b"\\", b"e", b".", b"-", b"}", b"\0", b"\xc3")),
    )
    def test_common_frames_are_read_as_any_other(self, value: session.FromSession, place: int, inserted: bytes) -> None:
        """The short way of reading the two most common frames says what the long way does, of broken ones too."""
        data = payload(value)
        data = data[:place] + inserted + data[place:]
        # A space that JSON allows leads past the short way.
        self.assertEqual(_read(data), _read(data[:1] + b" " + data[1:]))

    def test_common_frames_cost_few_calls(self) -> None:
        """The last frame of an evaluation, and one with a plain result, are not read field by field."""
        done = payload(session.DoneFrame(RUN, "ok", 0.25, 1e-05))
        result = payload(session.ResultFrame(RUN, {"text/plain": "[1, 2]"}))
        for data in (done, result):
            self.assertLess(calls(lambda each=data: parse_from_session(each)), 20)

    def test_what_holds_too_much_is_not_parsed(self) -> None:
        """A frame of a million small values is refused before any object is made of it; a text of megabytes is not."""
        head = f'{{"type":"display","run":"{RUN}","data":{{"application/json":'
        tail = '},"metadata":{}}'
        many = ("[" + "[]," * 1_000_000 + "[]]", json.dumps(dict.fromkeys(map(str, range(300_000)), 0)))
        for hostile in (*many, json.dumps(["\\"] * 200_000), json.dumps(['"'] * 200_000)):
            self.patch(frames_fields, "_decoded", self.fail)
            self.assertRaises(ProtocolError, parse_from_session, (head + hostile + tail).encode())
        text = 'a,"\\b[{\n' * 100_000
        shown = session.DisplayFrame(RUN, {"text/html": text})
        self.patch(frames_fields, "_decoded", json.loads)
        self.assertEqual(parse_from_session(payload(shown)), shown)

    @given(st.binary(max_size=200))
    def test_noise_is_refused(self, data: bytes) -> None:
        """Random bytes never raise anything but ProtocolError."""
        self._check_refused(data)

    @given(_json)
    def test_random_json_is_refused(self, value: Any) -> None:
        """Well-formed JSON of another form never raises anything but ProtocolError."""
        self._check_refused(json.dumps(value).encode())

    @given(_from_session, st.data())
    def test_a_wrong_field_never_escapes(self, value: session.FromSession, data: st.DataObject) -> None:
        """A field of any other JSON value is accepted as that type of value or refused."""
        message = json.loads(payload(value))
        message[data.draw(st.sampled_from(sorted(message)))] = data.draw(_json)
        try:
            found = parse_from_session(json.dumps(message).encode())
        except ProtocolError:
            return
        if message["type"] == json.loads(payload(value))["type"]:
            self.assertIs(type(found), type(value))

    def test_a_command_comes_back(self) -> None:
        """What the worker sends is read by the session."""
        for value in (
            session.RunFrame(RUN, "abcd", 1, "1+1", "sage", "all"),
            session.CompleteFrame(1, "abc", 3),
            session.InspectFrame(2, "abc", 0, 1),
        ):
            self.assertEqual(parse_to_session(payload(value)), value)

    def test_a_cursor_behind_the_code_is_refused(self) -> None:
        """A cursor lies within its code."""
        self.assertRaises(ProtocolError, parse_to_session, payload(session.CompleteFrame(1, "abc", 4)))

    def test_hostile_payloads_are_refused(self) -> None:
        """The known tricks: depth, huge numbers, lone surrogates, NUL, NaN, wrong types, unknown fields."""
        stream = payload(session.StreamFrame(RUN, "stdout", "TEXT"))
        display = payload(session.DisplayFrame(RUN, {"application/json": 12345}))
        hostile = [
            b"",
            b"null",
            b"[]",
            b"{}",
            b"\xff",
            b"[" * 100_000,
            stream.replace(b"TEXT", b"\\ud800"),
            stream.replace(b"TEXT", b"\\u0000"),
            stream.replace(b"TEXT", b"x" * (session.MAX_STREAM_TEXT + 1)),
            stream.replace(b"TEXT", "é".encode() * (session.MAX_STREAM_TEXT // 2 + 1)),
            stream.replace(b'"TEXT"', b"7"),
            stream.replace(b"stdout", b"stdin"),
            stream.replace(RUN.encode(), b"../../etc/passwd"),
            stream.replace(b'"text"', b'"more":1,"text"'),
            stream.replace(b'"stream"', b'"strema"'),
            stream.replace(b'"stream"', b"[]"),
            stream + b"x",
            display.replace(b"12345", b"9" * 5000),
            display.replace(b"12345", b"9" * 20),
            display.replace(b"12345", b"1e999"),
            display.replace(b"12345", b"NaN"),
            display.replace(b"12345", b"[" * 30 + b"]" * 30),
            display.replace(b"12345", b"[" + b"0," * 60_000 + b"0]"),
            display.replace(b"12345", b'{"\\ud800":1}'),
            display.replace(b"application/json", b"text/html"),
            display.replace(b"application/json", b"image/svg+xml"),
            display.replace(b"application/json", b"not a type"),
            display.replace(b"12345", b'"&&&&"').replace(b"application/json", b"image/png"),
            payload(session.InspectionFrame(1, True, {"application/json": [1]})),
            payload(session.DisplayFrame(RUN, {}, {str(name): 1 for name in range(17)})),
            payload(session.DisplayFrame(RUN, {}, {"a": {str(name): 1 for name in range(300)}})),
            payload(session.SpilledFrame(RUN, "../outside", 1, 1)),
            payload(session.DoneFrame(RUN, "ok", 1.0, -1.0)),
            payload(session.DoneFrame(RUN, "ok", 1e300, 0.0)),
            payload(session.CompletionsFrame(1, 3, 2, ())),
            *(payload(session.ErrorFrame(RUN, "E", "", ({**FRAME, "marked": marked},), "")) for marked in MISMARKED),
        ]
        for data in hostile:
            with self.subTest(data[:80]):
                self.assertRaises(ProtocolError, parse_from_session, data)

    def test_no_large_integer_is_made(self) -> None:
        """A number of too many digits is refused before anything is parsed; the longest floats and texts are not."""
        for scalar in ("9" * 18, "-" + "9" * 18, "9" * 100, "0." + "3" * 70):
            for around in ("[%s]", '{"a":%s}', "[1, %s ,2]", "[[%s]]", '["a",\n%s]'):
                data = (around % scalar).encode()
                for size in (1, 7, 1000):
                    with patch.object(checks, "BYTES_OF_A_STEP", size):
                        self.assertRaises(ProtocolError, checks.nodes, data)
        floats = [-0.00012345678901234567, -2.2250738585072014e-308, 1234567890123456.7]
        longest = [*floats, 2**53, "9" * 100, '"' + "9" * 99]
        for size in (1, 7, 1000):
            with patch.object(checks, "BYTES_OF_A_STEP", size):
                checks.nodes(json.dumps([*longest, dict.fromkeys("ab", longest)], indent=2).encode())

    def test_nothing_is_written_that_would_be_refused_as_number(self) -> None:
        """NaN can't leave this side either."""
        self.assertRaises(ValueError, encode, replace(session.DoneFrame(RUN, "ok", 0.0, 0.0), cpu=float("nan")))

    def _check_refused(self, data: bytes) -> None:
        self.assertRaises(ProtocolError, parse_from_session, data)
        self.assertRaises(ProtocolError, parse_to_session, data)


class PlainRunTests(SynchronousTestCase):
    """The short way for runs takes exactly what the long way takes."""

    @given(
        st.fixed_dictionaries(
            {
                "type": st.just("run"),
                "run": st.sampled_from([RUN, "no id", 5, None]),
                "cell": st.sampled_from(["ab12", "", "a b", 7]),
                "number": st.sampled_from([0, -1, 2**31, 2**31 + 1, True, 1.0, "1"]),
                "source": st.sampled_from(["1+1", "é", "a\0b", 3, None]),
                "mode": st.sampled_from(["sage", "lisp", None, []]),
                "shows": st.sampled_from(["all", "some", 0]),
            },
            optional={"more": st.just(1)},
        )
    )
    def test_both_ways_agree(self, fields: dict[str, Any]) -> None:
        """Whatever a field holds, a run is refused or read alike."""
        try:
            value: object = parse_to_session(json.dumps(fields).encode())
        except ProtocolError:
            value = None
        values = [fields[name] for name in ("run", "cell", "number", "source", "mode", "shows")]
        fit = [
            *(values[0] == RUN, values[1] == "ab12", values[2] in (0, 2**31) and type(values[2]) is int),
            *(values[3] in ("1+1", "é"), values[4] == "sage", values[5] == "all", "more" not in fields),
        ]
        self.assertEqual(value, session.RunFrame(*values) if all(fit) else None)
