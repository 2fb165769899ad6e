"""Parcels from jails: whatever comes is a value in form or refused."""

from __future__ import annotations

import itertools
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.wire.jobs import (
    ChangedFile,
    CheckAnswer,
    CheckRequest,
    CommitAnswer,
    CommitRequest,
    DiffAnswer,
    DiffRequest,
    RestoreAnswer,
    RestoreRequest,
    SnapshotAnswer,
    SnapshotRequest,
)
from sagews.wire.parcels import pack

ONE, TWO = "1" * 40, "2" * 40
VALUES = [
    SnapshotRequest({"α": b"x", "b": b""}, ONE, (ONE, TWO)),
    SnapshotAnswer(ONE, (ONE,), (("p", "why"),), b"bundle"),
    RestoreRequest(None, (), True, ("a",)),
    RestoreRequest(ONE, (b"1", b"2")),
    RestoreAnswer(ONE, (ONE,)),
    CommitRequest(ONE, None, b"text", b"bundle", (b"older",), TWO, True),
    CommitAnswer(ONE, 3, b"bundle", 2, 5),
    DiffRequest(ONE, TWO, (b"1",)),
    DiffAnswer((ChangedFile("p", "added", "@@ α", False, True),), True),
    CheckRequest(ONE, (b"1",)),
    CheckAnswer({"a": b"x"}),
]
BAD_HEADERS: list[dict[str, object]] = [
    {"tree": "1" * 39, "objects": [], "left_out": []},
    {"tree": ONE, "objects": [1], "left_out": []},
    {"tree": ONE, "objects": ONE, "left_out": []},
    {"tree": ONE, "objects": [], "left_out": [["a"]]},
    {"tree": ONE, "objects": [], "left_out": [["a", 1]]},
    {"tree": ONE, "objects": [], "left_out": [["a", "b", "c"]]},
    {"tree": ONE + "\n", "objects": [], "left_out": []},
    {},
]


class ParcelTests(SynchronousTestCase):
    """Reading and writing."""

    def test_values_travel(self) -> None:
        """Each value is the same on the other side."""
        for value in VALUES:
            self.assertEqual(type(value).from_bytes(value.to_bytes()), value)  # type: ignore[attr-defined]

    def test_headers_out_of_form(self) -> None:
        """Wrong types, ids that are none and missing keys are refused."""
        for header in BAD_HEADERS:
            self.assertRaises(SagewsError, SnapshotAnswer.from_bytes, pack(header, [b""]))
        counts = {"files_changed": 1, "removed": 0, "present": 0}
        for name, wrong in itertools.product(counts, (-1, True, "1", None, 10**9)):
            self.assertRaises(SagewsError, CommitAnswer.from_bytes, pack({"commit": ONE, **counts, name: wrong}, [b""]))
        self.assertRaises(SagewsError, CommitAnswer.from_bytes, pack({"commit": ONE, **counts}, []))
        self.assertRaises(SagewsError, DiffAnswer.from_bytes, pack({"files": [{"path": "a"}], "cut": False}, [b""]))
        self.assertRaises(SagewsError, CheckAnswer.from_bytes, pack({"paths": ["a", "a"]}, [b"", b""]))

    def test_deep_nesting(self) -> None:
        """A header that nests without end is refused."""
        header = b'{"a":' * 200_000
        data = b"SWJ1" + len(header).to_bytes(4, "big") + header
        self.assertRaises(SagewsError, CheckAnswer.from_bytes, data)

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(VALUES), st.data())
    def test_damage_never_harms(self, value: object, data: st.DataObject) -> None:
        """A parcel with any bytes changed is refused or another value."""
        parcel = bytearray(value.to_bytes())  # type: ignore[attr-defined]
        for _ in range(data.draw(st.integers(1, 5))):
            parcel[data.draw(st.integers(0, len(parcel) - 1))] = data.draw(st.integers(0, 255))
        try:
            type(value).from_bytes(bytes(parcel))  # type: ignore[attr-defined]
        except SagewsError as error:
            self.assertEqual(error.code, "bad-value")

    def test_sizes_that_lie(self) -> None:
        """Blobs beyond the end, negative ones, and bytes behind are refused."""
        for sizes, rest in (([5], b"1234"), ([-1], b""), ([1], b"12"), ([True], b"1"), ("x", b""), ([1.0], b"1")):
            header = json.dumps({"version": ONE, "blobs": sizes}).encode()
            data = b"SWJ1" + len(header).to_bytes(4, "big") + header + rest
            self.assertRaises(SagewsError, CheckRequest.from_bytes, data)
