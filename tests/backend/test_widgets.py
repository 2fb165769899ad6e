"""Widgets at the backend: trees of controls, whose states everybody sees, and what remains of closed ones."""

from __future__ import annotations

import json
from typing import Any

from sagews.model.accounts import Role
from sagews.model.identifiers import RunId
from sagews.model.sessions import PieceKind
from tests.backend.harness import Page
from tests.backend.run_case import RunCase
from tests.fakes.session_host import SUM, FakeSession

TREE: dict[str, Any] = {
    "area": 1,
    "controls": [
        {"name": "1", "kind": "box", "label": "", "flow": "row", "children": ["2", "3", "1"]},
        {"name": "2", "kind": "slider", "label": "n", "min": 0, "max": 10, "step": 1, "integer": True},
        {"name": "3", "kind": "progress", "label": "", "min": 0, "max": 100},
    ],
    "layout": {"root": "1"},
    "auto": True,
    "values": {"2": 5, "3": 0},
}


class WidgetTests(RunCase):
    """One cell that showed a widget and is over, and several people."""

    def setUp(self) -> None:
        """Let it show one."""
        super().setUp()
        self.run_id = RunId(self.ran(SUM))
        [self.id] = self.host.sessions
        self.serial = 0
        self.open(1)
        self.one.take()

    @property
    def session(self) -> FakeSession:
        """What the worker has of it."""
        return self.host.sessions[self.id]

    def open(self, channel: int, body: dict[str, Any] = TREE) -> None:
        """Let the session show another one, as it may in a callback of the first."""
        self.session.interacts.add((self.run_id, channel))
        opened = {"channel": channel, "kind": "interact", "body": body, "area": 0}
        self.host.say(self.id, PieceKind.OPEN, opened, self.run_id)

    def test_a_password_reaches_the_session_and_nobody_else(self) -> None:
        """Neither who watches, nor who comes later, nor the store has it, whoever set it."""
        field = {"name": "2", "kind": "secret", "label": "Key"}
        body = {**TREE, "controls": [TREE["controls"][0], field, TREE["controls"][2]]}
        self.open(2, {**body, "values": {"2": "first-hunter", "3": 0}})
        viewer = self.page(self.colleague(Role.VIEWER))
        viewer.open(self.document)
        self.assertEqual(self.say(self.one, 2, _2="second-hunter"), [])
        self.later(1)
        self.assertEqual(self.session.said[-1]["values"], {"2": "second-hunter"})
        for patch in ({"values": {"2": "third-hunter"}}, {**body, "values": {"2": "fourth-hunter", "3": 5}}):
            said = {name: patch[name] for name in ("controls", "layout", "values") if name in patch}
            self.host.say(self.id, PieceKind.STATE, {"channel": 2, "body": said, "over": False}, self.run_id)
        self.later(2)
        late = self.page()
        [cell] = late.open(self.document)["cells"]
        self.assertEqual(cell["run"]["channels"][1]["body"]["values"], {"2": "", "3": 5})
        told = json.dumps([self.one.told, viewer.told, late.told])
        self.assertNotIn("hunter", told + str(self.runs.outputs))

    def changed(self, **patch: Any) -> None:
        """Let the session say that something has changed by itself."""
        self.host.say(self.id, PieceKind.STATE, {"channel": 1, "body": patch, "over": False}, self.run_id)

    def say(self, page: Page, channel: int = 1, **values: object) -> list[str]:
        """Set values, named with a `_` before, and return the codes with which that was refused."""
        self.serial += 1
        named = {name.removeprefix("_"): value for name, value in values.items()}
        body = {"values": named, "serial": self.serial}
        told = page.say(type="channel_message", document=self.document, run=self.run_id, channel=channel, body=body)
        return [message["code"] for message in told if message["type"] == "error"]

    def channels(self, page: Page | None = None) -> list[dict[str, Any]]:
        """Return what a page that comes now sees open."""
        [cell] = (page or self.page()).open(self.document)["cells"]
        return list(cell["run"].get("channels", []))

    def test_everybody_sees_it_move(self) -> None:
        """What one sets, and what code changes by itself: those who are there, and who comes later."""
        two = self.opened()
        two.take()
        self.assertEqual(self.say(self.one, _2=7), [])
        self.later(1)
        self.changed(values={"3": 42})
        self.later(1)
        [channel] = self.channels()
        self.assertEqual((channel["body"]["values"], channel["live"]), ({"2": 7, "3": 42}, True))
        self.assertEqual([said["values"] for said in self.session.said], [{"2": 7}])
        told: dict[str, Any] = {}
        for message in two.take("channel_state"):
            told.update(message["state"].get("values", {}))
        self.assertEqual(told, {"2": 7, "3": 42})

    def test_other_controls_take_the_place_of_all(self) -> None:
        """As when a box gets other children."""
        label = {"name": "4", "kind": "caption", "label": ""}
        self.changed(controls=[label], layout={"root": "4"}, values={"4": "done"})
        self.later(1)
        [channel] = self.channels()
        self.assertEqual((channel["body"]["controls"], channel["body"]["values"]), ([label], {"4": "done"}))
        self.assertEqual(channel["body"]["layout"], {"root": "4"})
        self.assertEqual(self.say(self.one, _2=7), ["bad-value"])

    def test_what_nobody_may_set(self) -> None:
        """What is only shown, what is in no tree, what does not fit, and everything for who may only read."""
        self.assertEqual(self.say(self.one, _3=50), ["bad-value"])
        self.assertEqual(self.say(self.one, _1=[]), ["bad-value"])
        self.assertEqual(self.say(self.one, _99=1), ["bad-value"])
        self.assertEqual(self.say(self.one, __proto__=1), ["bad-value"])
        self.assertEqual(self.say(self.one, _2=11), ["bad-value"])
        self.assertEqual(self.say(self.one, channel=2, _2=1), ["channel-closed"])
        reader = self.opened(self.colleague(Role.VIEWER))
        self.assertEqual(self.say(reader, _2=1), ["may-not-run"])
        self.assertEqual(self.session.said, [])

    def test_what_a_session_says_is_looked_at(self) -> None:
        """Values that do not fit are left out, whichever control they are for; so is what names none."""
        self.changed(values={"2": 99, "3": 7, "4": 1, "1": "x"})
        self.later(1)
        [channel] = self.channels()
        self.assertEqual(channel["body"]["values"], {"2": 5, "3": 7})

    def test_one_that_its_session_closes_stays_as_it_was_last(self) -> None:
        """Nobody can speak to it any more; where it stands, and in what is stored, is its last state."""
        two = self.opened()
        self.changed(values={"3": 100})
        two.take()
        self.host.say(self.id, PieceKind.CLOSE, {"channel": 1}, self.run_id)
        [shown] = [message["piece"] for message in two.take("output")]
        self.assertEqual((shown["kind"], shown["body"]["body"]["values"]), ("channel", {"2": 5, "3": 100}))
        self.assertEqual(self.say(self.one, _2=1), ["channel-closed"])
        self.later(1)
        late = self.page()
        self.assertEqual(self.channels(late), [])
        [piece] = [each for each in late.last("opened")["cells"][0]["pieces"] if each["kind"] == "channel"]
        self.assertEqual(piece["body"]["body"]["values"], {"2": 5, "3": 100})
        [stored] = [each for each in self.runs.outputs[self.run_id].values() if each.kind is PieceKind.CHANNEL]
        self.assertEqual(dict(stored.body)["body"], piece["body"]["body"])

    def test_one_whose_place_was_cleared_leaves_nothing(self) -> None:
        """As a bar of progress that is done: its number may be another's, and nothing of it is stored."""
        self.host.say(self.id, PieceKind.CLEAR, {}, self.run_id)
        self.host.say(self.id, PieceKind.CLOSE, {"channel": 1}, self.run_id)
        self.open(1, {**TREE, "values": {"2": 1, "3": 1}})
        self.later(2)
        [channel] = self.channels()
        self.assertEqual(channel["body"]["values"], {"2": 1, "3": 1})
        pieces = [each for each in self.runs.outputs[self.run_id].values() if each.kind is PieceKind.CHANNEL]
        self.assertEqual([dict(each.body)["body"]["values"] for each in pieces], [{"2": 1, "3": 1}])
