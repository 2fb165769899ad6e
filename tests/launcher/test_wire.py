"""The launcher's packets: both sides agree, and nothing out of form gets through."""

from __future__ import annotations

import json
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from sagews.errors import SagewsError
from sagews.model.identifiers import new_id
from sagews.model.sessions import Limits
from sagews.wire import launcher as wire
from sagews.wire.homes import DiskReport, HomeUsage

ID = "01900000-0000-7000-8000-000000000000"
REQUESTS = [
    (wire.Configure({"python": 2}, "userns"), 0),
    (wire.StartSession(ID, None, "python", Limits()), 1),
    (wire.StartSession(ID, ID, "sage", Limits(), "terminal"), 1),
    (wire.StartSession(ID, ID, "sage", Limits(), "terminal", ID), 1),
    (wire.StartJob(ID, "diff", ID, "read", {"a": "b"}, 5, Limits()), 3),
    (wire.Signal(ID, "INT"), 0),
    (wire.AskUsage(1, (ID,)), 0),
    (wire.RemoveHome(2, ID), 0),
    (wire.StopLauncher(), 0),
]
REPLIES = [
    wire.LauncherInfo("full", {"a": 1}, ("python",), (1, 2)),
    wire.FlavourState("python", "ready"),
    wire.Started(ID),
    wire.Exited(ID, "exit", 0, 1.5, 7),
    wire.LauncherDied("it was ended by signal 9"),
    wire.Refused("limit", "why", ID, None, {"limit": "5 sessions", "count": 3, "share": 0.5}),
    wire.UsageReport(1, {ID: (1, 2.0)}),
    wire.HomeRemoved(3),
    DiskReport(5, {ID: HomeUsage(1, 2, 3, 4, held=True)}),
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


class Packets(unittest.SynchronousTestCase):
    def test_round_trip(self) -> None:
        """Every request and reply that one side formats is what the other parses."""
        for request, descriptors in REQUESTS:
            self.assertEqual(wire.parse_request(wire.format_packet(request), descriptors), request)
        for reply in REPLIES:
            self.assertEqual(wire.parse_reply(wire.format_packet(reply)), reply)

    def test_one_thing_wrong(self) -> None:
        """A field too many, too few or of another type is refused in every request."""
        for request, descriptors in REQUESTS:
            good = json.loads(wire.format_packet(request))
            bad = [{**good, "more": 1}]
            bad += [{k: v for k, v in good.items() if k != name} for name in good]
            bad += [{**good, name: value} for name in good for value in ([[]], 1e99, "\ud800")]
            for packet in bad:
                text = json.dumps(packet).encode()
                self.assertRaises(SagewsError, wire.parse_request, text, descriptors)

    def test_descriptors(self) -> None:
        """A request with another number of descriptors than it needs is refused."""
        for request, descriptors in REQUESTS:
            self.assertRaises(SagewsError, wire.parse_request, wire.format_packet(request), descriptors + 1)

    def test_paths(self) -> None:
        """What would lead out of a folder is no id, no job and no flavour."""
        for name in ("../x", "..", "a/b", "/etc", "a\0b", "", "\x1b[2J", "A" * 40):
            for packet in (
                {"type": "forget", "request": 1, "workspace": name},
                {**json.loads(wire.format_packet(REQUESTS[3][0])), "job": name},
                {**json.loads(wire.format_packet(REQUESTS[1][0])), "flavour": name},
            ):
                text = json.dumps(packet).encode()
                self.assertRaises(SagewsError, wire.parse_request, text, 1)

    def test_too_large(self) -> None:
        """A packet above the limit is refused on both sides."""
        self.assertRaises(SagewsError, wire.parse_request, b" " * (wire.MAX_PACKET + 1), 0)
        many = wire.StartJob(ID, "diff", None, "read", {f"a{n}": "x" * 9000 for n in range(9)}, 5, Limits())
        self.assertRaises(SagewsError, wire.format_packet, many)

    @given(json_values)
    def test_any_json(self, value: object) -> None:
        """Any JSON is either a request or refused; nothing else is raised."""
        text = json.dumps(value).encode()
        for descriptors in (0, 1, 3):
            try:
                found = wire.parse_request(text, descriptors)
            except SagewsError:
                for part in wire.identify(text):
                    self.assertIsInstance(part, (str, int, type(None)))
            else:
                self.assertIsInstance(found, get_args(wire.Request))

    @given(st.binary(max_size=200))
    def test_any_bytes(self, packet: bytes) -> None:
        """Any bytes are refused without another exception."""
        self.assertRaises(SagewsError, wire.parse_request, packet, 0)

    def test_deep_nesting(self) -> None:
        """A million brackets are refused like any other text."""
        self.assertRaises(SagewsError, wire.parse_request, b"[" * 60_000, 0)

    def test_identify(self) -> None:
        """A refusal can name the id and the request where they are readable, and only then."""
        id = new_id()
        self.assertEqual(wire.identify(json.dumps({"id": id, "request": 7, "x": 1}).encode()), (id, 7))
        self.assertEqual(wire.identify(b'{"id": "../x", "request": true}'), (None, None))
