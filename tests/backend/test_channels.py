"""Questions of cells: who sees them, who may answer, whose answer counts, and when they are over."""

from __future__ import annotations

import json

from sagews.errors import SagewsError
from sagews.model.accounts import Role
from sagews.model.identifiers import RunId, SessionId
from sagews.model.sessions import Ending, PieceKind
from tests.backend.harness import Page
from tests.backend.run_case import RunCase, states
from tests.fakes.session_host import ASKS, FakeSession

QUESTION = {
    "channel": 1,
    "kind": "input",
    "body": {"prompt": "Name? ", "hidden": False},
    "area": 0,
    "live": True,
}


def channels(page: Page) -> list[dict[str, object]]:
    """Return what is open as a page was told, one after the other, and at the end of its run."""
    told: dict[object, dict[str, object]] = {}
    for message in page.told:
        if message["type"] == "channel_opened":
            told[message["opened"]["channel"]] = {"area": 0, "live": True, **message["opened"]}
        elif message["type"] == "channel_closed":
            told.pop(message["channel"], None)
        elif message["type"] == "run_state" and message["state"] != "running":
            told.clear()
    return list(told.values())


class ChannelTests(RunCase):
    """One cell that asks, and several people."""

    def setUp(self) -> None:
        """Let it ask."""
        super().setUp()
        self.run_id = RunId(self.ran(ASKS))
        [self.id] = self.host.sessions

    @property
    def session(self) -> FakeSession:
        """What the worker has of it."""
        return self.host.sessions[self.id]

    def say(self, page: Page, text: str = "Ada", **other: object) -> list[str]:
        """Answer, and return the codes with which that was refused."""
        told = page.say(
            **{"type": "channel_message", "document": self.document, "run": self.run_id, "channel": 1}
            | {"body": {"text": text}}
            | other
        )
        return [message["code"] for message in told if message["type"] == "error"]

    def test_everybody_sees_it_and_the_answer_closes_it(self) -> None:
        """It stands in the state of the run, for who comes later too; the answer is stored as all output."""
        two = self.page()
        [cell] = two.open(self.document)["cells"]
        self.assertEqual(cell["run"]["channels"], [QUESTION])
        self.assertEqual(channels(self.one), [QUESTION])
        self.assertEqual(self.say(two), [])
        self.assertEqual(channels(self.one), [])
        self.later()
        self.later(1)
        self.assertEqual(self.session.answers, ["Ada"])
        self.assertEqual(states(self.one, self.run_id)[-1], "done")
        [piece] = self.runs.outputs[self.run_id].values()
        self.assertEqual(piece.body["text"], "Name? Ada\nAda\n")

    def test_a_page_that_reconnects_goes_on_from_where_it_was(self) -> None:
        """Opening and closing are numbered events, so what was missed comes behind the others."""
        place = {"epoch": self.one.last("run_state")["epoch"], "sequence": self.one.last("run_state")["sequence"]}
        self.one.lose()
        again = self.page()
        self.assertNotIn("cells", again.open(self.document, have=place))
        self.say(again)
        self.later(1)
        third = self.page()
        self.assertNotIn("cells", third.open(self.document, have=place))
        told = [each["type"] for each in third.take() if "sequence" in each]
        self.assertEqual(told, ["opened", "channel_opened", "channel_closed", "output", "run_state"])

    def test_the_first_answer_counts(self) -> None:
        """A second one is refused at once, although the cell has not gone on yet, and reaches nobody."""
        two = self.opened()
        self.assertEqual(self.say(self.one, "first"), [])
        self.assertEqual(self.say(two, "second"), ["channel-closed"])
        self.later(1)
        self.assertEqual(self.session.answers, ["first"])

    def test_a_viewer_sees_it_and_may_not_answer(self) -> None:
        """The question is told to all, the answer needs the right to run."""
        viewer = self.page(self.colleague(Role.VIEWER))
        [cell] = viewer.open(self.document)["cells"]
        self.assertEqual(cell["run"]["channels"], [QUESTION])
        [code] = self.say(viewer)
        self.assertIn(code, ("forbidden", "may-not-run"))
        self.assertEqual(self.session.answers, [])
        self.assertEqual(channels(self.one), [QUESTION])

    def test_what_does_not_fit_is_refused(self) -> None:
        """Another channel, another run, one that is over, and what is too long or of another form."""
        self.assertEqual(self.say(self.one, channel=2), ["channel-closed"])
        self.assertEqual(self.say(self.one, run="0198c0de-0000-7000-8000-0000000000aa"), ["channel-closed"])
        self.assertEqual(self.say(self.one, "±" * 40_000), ["too-large"])
        self.assertEqual(self.say(self.one, "a\0b"), ["bad-value"])
        self.assertEqual(channels(self.one), [QUESTION])
        self.say(self.one)
        self.later(1)
        self.assertEqual(self.say(self.one, "late"), ["channel-closed"])

    def test_a_worker_that_does_not_take_it_leaves_it_open(self) -> None:
        """While the link to it is lost the answer is refused, and may be given again."""
        send = self.host.send

        async def lost(*_: object) -> None:
            raise SagewsError("worker-lost")

        self.host.send = lost  # type: ignore[method-assign,assignment]
        self.assertEqual(self.say(self.one), ["worker-lost"])
        self.assertEqual(channels(self.one), [QUESTION])
        self.host.send = send  # type: ignore[method-assign]
        self.assertEqual(self.say(self.one), [])

    def test_nothing_is_open_behind_the_end(self) -> None:
        """Stop, and the death of the session, take the question from every page, and from who comes later."""
        self.one.say(type="interrupt", document=self.document)
        self.later(1)
        self.assertEqual((states(self.one)[-1], channels(self.one)), ("interrupted", []))
        self.run_id = RunId(self.ran(ASKS))
        self.assertEqual(channels(self.one), [QUESTION])
        self.host.end(SessionId(self.id), Ending("crash"))
        self.later(1)
        self.assertEqual((states(self.one)[-1], channels(self.one)), ("error", []))
        [cell] = self.page().open(self.document)["cells"]
        self.assertNotIn("channels", cell["run"])
        self.assertEqual(self.say(self.one), ["channel-closed"])

    def test_an_interact_that_was_refused_closes_no_question(self) -> None:
        """What is closed is what was open under that number: the cell still waits for its answer."""
        self.host.say(self.id, PieceKind.CLOSE, {"channel": 2})
        self.assertEqual(channels(self.one), [QUESTION])
        self.assertEqual(self.say(self.one), [])

    def test_it_asks_also_where_no_output_is_kept_any_more(self) -> None:
        """A cell would wait for ever, and nobody would know, if its question went the way of its output."""
        registry = self.backend.workspaces.all[0].find(self.document).session.registry
        entry = registry._outputs.find(RunId(self.run_id))
        assert entry is not None
        entry.cut = True
        self.host.say(self.id, PieceKind.CLOSE, {"channel": 1})
        self.assertEqual(channels(self.one), [])
        self.host.say(self.id, PieceKind.OPEN, QUESTION)
        self.assertEqual(channels(self.one), [QUESTION])

    def test_a_question_that_nobody_answers_is_idleness(self) -> None:
        """The session ends as one that nobody uses, counted from when it asked; a cell that computes never does."""
        self.later(self.settings.idle_seconds - 60)
        self.assertEqual(states(self.one)[-1], "running")
        self.later(120)
        self.later(5)
        self.later(5)
        self.assertEqual((states(self.one)[-1], self.state()["reason"]), ("interrupted", "idle"))

    def test_the_answer_stands_nowhere_but_in_the_output(self) -> None:
        """What watchers are told of an answer is what the session prints of it."""
        self.host.held = True
        two = self.opened()
        self.say(self.one, "hunter2")
        self.host.answered(self.id, "Key: ········\n")
        self.later(1)
        self.assertNotIn("hunter2", json.dumps([self.one.told, two.told]))
        self.assertNotIn("hunter2", str(self.runs.outputs))
