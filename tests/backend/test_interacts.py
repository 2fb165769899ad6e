"""Interacts at the backend: whose words count, who sees them, what waits for what, and what stays behind the end."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pycrdt import Map, Text

from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.model.identifiers import RunId, SessionId, new_id
from sagews.model.sessions import Ending, PieceKind
from sagews.wire.session.channels import MAX_STATES
from tests.backend.harness import Page
from tests.backend.run_case import RunCase, states
from tests.fakes.session_host import CONTROLS, INTERACTS, SUM, FakeSession


class InteractTests(RunCase):
    """One cell that showed controls and is over, and several people."""

    def setUp(self) -> None:
        """Let it show them."""
        super().setUp()
        self.run_id = RunId(self.ran(INTERACTS))
        [self.id] = self.host.sessions
        self.one.take()
        self.serial = self.cells = 0

    @property
    def session(self) -> FakeSession:
        """What the worker has of it."""
        return self.host.sessions[self.id]

    def say(self, page: Page, pressed: str | None = None, **values: object) -> list[str]:
        """Say something to it, and return the codes with which that was refused."""
        self.serial += 1
        body = {"values": values, "serial": self.serial} | ({} if pressed is None else {"pressed": pressed})
        told = page.say(type="channel_message", document=self.document, run=self.run_id, channel=1, body=body)
        return [message["code"] for message in told if message["type"] == "error"]

    def shown(self, page: Page | None = None) -> dict[str, Any]:
        """Return the channel as a page that comes now sees it."""
        [cell] = (page or self.page()).open(self.document)["cells"]
        [channel] = cell["run"]["channels"]
        assert isinstance(channel, dict)
        return channel

    def heard(self, page: Page) -> list[dict[str, Any]]:
        """Return the states that a page was told, and forget them."""
        return [message["state"] for message in page.take("channel_state")]

    def stored(self) -> dict[str, Any]:
        """Return the one row that the store has of the controls."""
        [piece] = [each for each in self.runs.outputs[self.run_id].values() if each.kind is PieceKind.CHANNEL]
        return dict(piece.body)

    def test_it_stays_when_its_cell_is_over(self) -> None:
        """A page that comes later sees it where it stands, and alive; it is stored with the output."""
        late = self.page()
        channel = self.shown(late)
        self.assertEqual((channel["kind"], channel["area"], channel["live"]), ("interact", 0, True))
        self.assertEqual(channel["body"], {**CONTROLS, "errors": {}, "busy": False, "serial": 0, "by": ""})
        [piece] = late.last("opened")["cells"][0]["pieces"]
        self.assertEqual((piece["kind"], piece["body"]), ("channel", {"channel": 1}))
        self.later(1)
        self.assertEqual(self.stored(), {"channel": 1, "kind": "interact", "area": 0, "body": CONTROLS})

    def test_what_one_says_everybody_sees_and_the_session_evaluates(self) -> None:
        """It is told when it is taken, and again, with what became of it, when it was evaluated."""
        two = self.opened()
        two.take()
        me = self.one.connection.id
        self.assertEqual(self.say(self.one, n=7), [])
        busy = {"busy": True, "serial": 1, "by": me, "values": {"n": 7}}
        self.assertEqual((self.heard(self.one), self.heard(two)), ([busy], [busy]))
        self.assertEqual(self.shown()["body"]["values"], {"n": 7, "t": "", "go": 0})
        self.later()
        self.assertEqual(self.session.said, [{"values": {"n": 7}, "serial": 1}])
        self.assertEqual(two.last("output")["piece"]["kind"], "result")
        self.assertEqual(self.heard(two), [{"busy": False, "serial": 1, "by": me}])

    def test_the_latest_value_counts_while_one_is_evaluated(self) -> None:
        """Of many words only the first and the last reach the session, however many came between."""
        self.host.held = True
        for n in range(1, 10):
            self.assertEqual(self.say(self.one, n=n), [])
        self.assertEqual([said["values"] for said in self.session.said], [{"n": 1}])
        # What the session makes of the first is not what people want by now.
        self.host.evaluate(self.id, {"values": {"n": 1, "t": "seen"}})
        self.assertEqual(self.shown()["body"]["values"], {"n": 9, "t": "seen", "go": 0})
        self.assertEqual([said["values"] for said in self.session.said], [{"n": 1}, {"n": 9}])
        self.assertTrue(self.shown()["body"]["busy"])
        self.host.evaluate(self.id)
        self.assertFalse(self.shown()["body"]["busy"])
        self.later(1)
        self.assertLess(len(self.heard(self.one)), 9)

    def test_whose_text_was_refused(self) -> None:
        """What can't be read is told as that of whoever typed it, whoever was heard meanwhile."""
        two = self.opened(self.colleague(Role.EDITOR, may_run=True))
        self.host.held = True
        self.say(two, n=1)
        self.say(self.one, t="2+")
        self.host.evaluate(self.id, {"errors": {}})
        self.say(two, n=2)
        self.heard(self.one)
        self.host.evaluate(self.id, {"errors": {"t": "Unexpected end."}})
        [refused] = [state for state in self.heard(self.one) if state.get("errors")]
        self.assertEqual((refused["errors"], refused["errors_by"]), ({"t": "Unexpected end."}, self.one.connection.id))

    def test_people_take_turns(self) -> None:
        """Two who drag at once are both heard, one after the other."""
        two = self.opened(self.colleague(Role.EDITOR, may_run=True))
        self.host.held = True
        for n in (1, 2, 3):
            self.say(self.one, n=n)
        self.say(two, t="hello")
        for _ in range(3):
            self.host.evaluate(self.id)
        self.assertEqual([said["values"] for said in self.session.said], [{"n": 1}, {"n": 3}, {"t": "hello"}])

    def test_cells_and_interacts_take_turns(self) -> None:
        """A drag waits while a cell runs, the next cell for one evaluation, and the next of these for that cell."""
        self.host.held = True
        cells = [self.other_cell() for _ in range(2)]
        self.say(self.one, n=1)
        self.assertEqual((self.session.evaluated, len(self.session.said)), (None, 0))
        self.host.done(self.id)
        self.say(self.one, n=2)
        self.assertEqual([said["values"] for said in self.session.said], [{"n": 1}])
        self.assertEqual(states(self.one, cells[1]), ["queued"])
        self.host.evaluate(self.id)
        self.assertEqual(len(self.host.evaluations), 3)
        self.host.done(self.id)
        self.assertEqual([said["values"] for said in self.session.said], [{"n": 1}, {"n": 2}])

    def other_cell(self) -> str:
        """Run a cell beside the one with the controls; returns its run."""
        self.cells += 1
        name, before = f"other{self.cells}", self.one.doc.get_state()
        fields = {"type": "code", "pos": f"a{5 + self.cells}", "depth": 0, "source": Text(SUM), "flags": Map({})}
        self.one.doc["cells"][name] = Map(fields)
        update = self.one.doc.get_update(before)
        self.one.say(type="edit", document=self.document, edit=10 + self.cells, update=update)
        run = new_id()
        wanted = {"cell": name, "run": run, "hash": hashlib.sha256(SUM.encode()).hexdigest()}
        self.one.say(type="run", document=self.document, cells=[wanted])
        assert not [each for each in self.one.told if each["type"] in ("error", "refused", "changed")], self.one.told
        return run

    def test_a_viewer_sees_it_and_may_not_speak(self) -> None:
        """The controls are told to all, to move them needs the right to run."""
        viewer = self.page(self.colleague(Role.VIEWER))
        self.shown(viewer)
        [code] = self.say(viewer, n=1)
        self.assertIn(code, ("forbidden", "may-not-run"))
        self.assertEqual(self.session.said, [])

    def test_what_does_not_fit_a_control_is_refused(self) -> None:
        """Nothing of it is taken, told or passed on, and the interact is as before."""
        for values in ({"n": 11}, {"n": 2.5}, {"n": True}, {"m": 1}, {"t": 1}, {"t": "\0"}, {"n": 1, "t": None}):
            self.assertEqual(self.say(self.one, **values), ["bad-value"], values)
        self.assertEqual(self.say(self.one, pressed="m"), ["bad-value"])
        self.assertEqual(self.say(self.one, t="x" * 70_000), ["bad-value"])
        self.assertEqual(self.session.said, [])
        self.assertEqual(self.shown()["body"]["values"], CONTROLS["values"])

    def test_a_press_is_passed_on(self) -> None:
        """The session learns which button it was."""
        self.assertEqual(self.say(self.one, pressed="go", go=1), [])
        self.assertEqual(self.session.said, [{"values": {"go": 1}, "serial": 1, "pressed": "go"}])

    def test_what_a_session_says_is_looked_at(self) -> None:
        """Values that do not fit are left out; new controls take the place of all, errors stand until they are gone."""
        self.host.held = True
        self.say(self.one, n=1)
        self.host.evaluate(self.id, {"values": {"n": 99, "t": "fits", "x": 1}, "errors": {"t": "what?"}})
        body = self.shown()["body"]
        self.assertEqual((body["values"], body["errors"]), ({"n": 1, "t": "fits", "go": 0}, {"t": "what?"}))
        self.say(self.one, n=2)
        new = {"name": "k", "kind": "check", "label": "k"}
        self.host.evaluate(self.id, {"controls": [new], "layout": None, "values": {"k": True}, "errors": {}})
        body = self.shown()["body"]
        self.assertEqual((body["controls"], body["values"], body["errors"]), ([new], {"k": True}, {}))
        self.assertEqual(self.say(self.one, n=3), ["bad-value"])
        self.assertEqual(self.say(self.one, k=False), [])

    def test_stop_ends_the_evaluation_and_forgets_what_waits(self) -> None:
        """The session is interrupted, nothing more is evaluated, and the controls live on."""
        self.host.held = True
        self.say(self.one, n=1)
        self.say(self.one, n=2)
        self.one.say(type="interrupt", document=self.document)
        self.later()
        self.assertEqual((self.session.interrupts, len(self.session.said)), (1, 1))
        self.assertFalse(self.shown()["body"]["busy"])
        self.assertEqual(self.say(self.one, n=3), [])
        self.assertEqual(len(self.session.said), 2)

    def test_without_its_session_it_is_only_looked_at(self) -> None:
        """Every page is told, the last values stay, nobody may speak to it; a restart of the server shows the same."""
        self.say(self.one, n=8)
        self.later()
        self.host.end(SessionId(self.id), Ending("crash"))
        self.later(1)
        told = self.one.last("channel_closed")
        self.assertEqual((told["run"], told["channel"], told["stays"]), (self.run_id, 1, True))
        self.assertEqual((self.shown()["live"], self.shown()["body"]["values"]["n"]), (False, 8))
        self.assertEqual(self.say(self.one, n=1), ["channel-closed"])
        self.assertEqual(self.stored()["body"]["values"]["n"], 8)
        self.assertNotIn("busy", self.stored()["body"])
        [cell] = self.page(backend=self.life()).open(self.document)["cells"]
        [channel] = cell["run"]["channels"]
        self.assertEqual((channel["live"], channel["body"]["values"]["n"]), (False, 8))
        self.assertEqual(cell["pieces"][0]["body"], {"channel": 1})

    def test_what_moves_is_stored_once(self) -> None:
        """However often it moves, it is one row, written a moment later."""
        self.later(1)
        for n in range(10):
            self.say(self.one, n=n)
            self.later()
        self.later(0.5)
        self.assertEqual(self.stored()["body"]["values"]["n"], 5)
        self.later(1.5)
        self.later(1)
        self.assertEqual(self.stored()["body"]["values"]["n"], 9)

    def test_what_takes_too_much_is_not_kept(self) -> None:
        """A session that opens and fills more than a document may keep is not heard; what was there works as before."""
        run = RunId(self.run_id)
        large = {**CONTROLS, "values": {"n": 5, "t": "x" * 60_000, "go": 0}}
        for channel in range(2, 90):
            opened = {"channel": channel, "kind": "interact", "body": large, "area": 0}
            self.session.interacts.add((run, channel))
            self.host.say(self.id, PieceKind.OPEN, opened, run)
        self.later(1)
        [cell] = self.page().open(self.document)["cells"]
        kept = [channel["channel"] for channel in cell["run"]["channels"]]
        self.assertLess(60_000 * (len(kept) - 1), MAX_STATES)
        self.assertGreater(len(kept), 60)
        # Each that was refused is closed where it is held.
        self.assertEqual({channel for _, channel in self.session.closed}, set(range(2, 90)) - set(kept))
        self.assertEqual(self.say(self.one, n=6), [])
        self.assertEqual(self.say(self.one, t="y" * 60_000), ["too-large"])
        # One that goes makes room.
        self.host.say(self.id, PieceKind.CLOSE, {"channel": kept[-1]}, run)
        self.later(1)
        self.assertEqual(self.say(self.one, t="y" * 60_000), [])

    def test_what_opens_and_closes_is_told_without_what_stands_beside_it(self) -> None:
        """A session that does so without end beside large ones, and the end of its run, cost what each is itself."""
        run = RunId(self.run_id)
        large = {**CONTROLS, "values": {"n": 5, "t": "x" * 60_000, "go": 0}}
        for channel in range(2, 12):
            self.host.say(
                self.id, PieceKind.OPEN, {"channel": channel, "kind": "interact", "body": large, "area": 0}, run
            )
        self.one.take()
        small = {"channel": 12, "kind": "interact", "body": CONTROLS, "area": 0}
        self.host.say(self.id, PieceKind.OPEN, small, run)
        self.host.say(self.id, PieceKind.CLOSE, {"channel": 12}, run)
        self.host.end(SessionId(self.id), Ending("crash"))
        self.later(1)
        told = [each for each in self.one.take() if "sequence" in each]
        self.assertEqual([each["channel"] for each in told if each.get("stays")], list(range(1, 12)))
        self.assertLess(len(json.dumps(told)), 10_000)

    def test_what_a_run_shows_whose_cell_waits_to_run_again_takes_no_room(self) -> None:
        """It would until the end of the session, though nobody could ever see it or close it."""
        self.host.held = True
        first = RunId(self.one.run(self.document, INTERACTS))
        self.later()
        again = RunId(self.one.run(self.document, INTERACTS))
        self.open_large(first, 60)
        self.later(1)
        self.assertEqual({each for each in self.session.closed if each[0] == first}, {(first, n) for n in range(1, 61)})
        self.host.done(self.id)
        self.later(1)
        self.open_large(again, 60)
        [cell] = self.page().open(self.document)["cells"]
        self.assertEqual((cell["run"]["run"], len(cell["run"]["channels"])), (again, 60))

    def open_large(self, run: RunId, count: int) -> None:
        """Have the session show so many, with much in each."""
        large = {**CONTROLS, "values": {"n": 5, "t": "x" * 60_000, "go": 0}}
        for channel in range(1, count + 1):
            self.session.interacts.add((run, channel))
            opened = {"channel": channel, "kind": "interact", "body": large, "area": 0}
            self.host.say(self.id, PieceKind.OPEN, opened, run)
            self.host.say(self.id, PieceKind.STATE, {"channel": channel, "body": {"errors": {}}, "over": False}, run)

    def test_it_goes_when_its_cell_runs_again(self) -> None:
        """What waits for it is forgotten, and what the session still says of it reaches nobody."""
        self.host.held = True
        self.say(self.one, n=1)
        self.say(self.one, n=2)
        self.one.run(self.document, INTERACTS)
        self.assertEqual(self.say(self.one, n=3), ["channel-closed"])
        self.host.evaluate(self.id)
        self.later(1)
        self.assertEqual(len(self.session.said), 1)
        self.assertEqual(self.one.last("run_state")["state"], "running")

    def test_output_that_is_cleared_takes_it_along(self) -> None:
        """The session is told, so that it can let go of it, and nobody speaks to what nobody sees."""
        self.later(1)
        self.one.say(type="clear_outputs", document=self.document)
        self.later(1)
        self.assertEqual(self.session.closed, [(self.run_id, 1)])
        self.assertEqual(self.say(self.one, n=1), ["channel-closed"])
        [cell] = self.page().open(self.document)["cells"]
        self.assertEqual((cell["run"].get("channels"), cell["pieces"]), (None, []))

    def test_a_session_may_close_it(self) -> None:
        """It is gone from every page."""
        self.host.say(self.id, PieceKind.CLOSE, {"channel": 1}, self.run_id)
        told = self.one.last("channel_closed")
        self.assertEqual((told["run"], told["channel"], "stays" in told), (self.run_id, 1, False))
        self.assertEqual(self.say(self.one, n=1), ["channel-closed"])

    def test_a_worker_that_does_not_take_it_leaves_it_usable(self) -> None:
        """The evaluation is over for everybody, the value stays, and the next word is tried again."""
        send = self.host.send

        async def lost(*_: object) -> None:
            raise SagewsError("worker-lost")

        self.host.send = lost  # type: ignore[method-assign,assignment]
        self.assertEqual(self.say(self.one, n=1), [])
        self.assertFalse(self.shown()["body"]["busy"])
        self.host.send = send  # type: ignore[method-assign]
        self.say(self.one, n=2)
        self.assertEqual([said["values"] for said in self.session.said], [{"n": 2}])
