"""Outputs that a named version kept, as pages see them and as cells get them back."""

from __future__ import annotations

from dataclasses import replace

from sagews.model.accounts import Role
from sagews.model.history import VersionOutput
from sagews.model.identifiers import CellId
from tests.backend.run_case import RunCase, states
from tests.fakes.session_host import CONTROLS, PRINTS, WAITS


class KeptOutputTests(RunCase):
    """One worksheet with a named version."""

    def output(self, text: str, cell: str | None = None) -> VersionOutput:
        """Return what the first cell had printed."""
        key = CellId(cell or self.one.cell())
        pieces = [("stream", {"name": "stdout", "text": text}), ("result", {"data": {"text/plain": "2"}})]
        return VersionOutput(1, "curves.sage.md", key, 5, "done", "0" * 64, None, None, 0.25, pieces, 3, "1+1")

    def bring_back(self, output: VersionOutput) -> None:
        """Do what a revert does."""
        documents = self.backend.workspaces.all[0].document_set
        self.done(documents.put_outputs(self.owner.id, [output]))
        self.later(1)

    def test_a_cell_gets_its_output_back(self) -> None:
        """Everybody sees it in place of what was there, and whoever opens the worksheet later too."""
        self.ran(PRINTS)
        self.one.take()
        self.bring_back(self.output("as it was\n"))
        texts = [message["piece"]["body"].get("text") for message in self.one.told if message["type"] == "output"]
        self.assertEqual((texts, states(self.one)), (["as it was\n", None], ["running", "done"]))
        [cell] = self.opened_anew()["cells"]
        self.assertEqual([piece["kind"] for piece in cell["pieces"]], ["stream", "result"])
        self.assertEqual((cell["run"]["number"], cell["run"]["seconds"], cell["run"]["hash"]), (5, 0.25, "0" * 64))

    def test_controls_come_back_to_be_looked_at(self) -> None:
        """They are told before their place is, with the values that they had, and no session holds them."""
        self.ran(PRINTS)
        self.one.take()
        stored = {"channel": 3, "kind": "interact", "area": 0, "body": CONTROLS}
        self.bring_back(replace(self.output(""), pieces=[("channel", stored)]))
        kinds = [each["type"] for each in self.one.told if "sequence" in each]
        self.assertEqual(kinds[:3], ["run_state", "channel_opened", "output"])
        opened = self.one.last("channel_opened")["opened"]
        self.assertEqual((opened["channel"], opened["live"]), (3, False))
        self.assertEqual(opened["body"]["values"], CONTROLS["values"])
        self.assertEqual(self.one.last("output")["piece"]["kind"], "channel")

    def opened_anew(self) -> dict[str, object]:
        """Return what the next life of the backend tells a page."""
        self.later(1)
        return self.page(backend=self.life()).open(self.document)

    def test_what_runs_keeps_its_own(self) -> None:
        """A cell that runs, or that is gone, is left alone."""
        run = self.ran(WAITS)
        self.one.take()
        self.bring_back(self.output("as it was\n"))
        self.bring_back(self.output("of another\n", "zzzz"))
        self.assertEqual(self.one.take("output"), [])
        self.assertEqual(self.runs.runs[run].state.value, "running")  # type: ignore[index]

    def test_pages_read_them(self) -> None:
        """A page gets them part by part, with the place of each and whether there is more."""
        self.one.say(type="save", request=1, name="Before the talk")
        version = self.one.last("version")["version"]["id"]
        self.history.outputs[version] = [self.output("one"), self.output("two")]
        for after, text, more in ((0, "one", True), (1, "two", False)):
            [answer] = self.one.say(type="version_outputs", request=2, version=version, after=after)
            [found] = answer["outputs"]
            self.assertEqual((found["pieces"][0]["body"]["text"], answer["more"]), (text, more))
            self.assertEqual(
                (found["path"], found["code"], found["pieces"][1]["sequence"]), ("curves.sage.md", "1+1", 2)
            )
        [refusal] = self.one.say(type="version_outputs", request=3, version="f" * 40)
        self.assertEqual((refusal["type"], refusal["code"]), ("error", "not-found"))

    def test_only_the_owner_removes_autosaves(self) -> None:
        """The owner is told what it freed; an editor is refused."""
        [answer] = self.one.say(type="thin", request=1)
        self.assertEqual((answer["type"], answer["freed"]), ("thinned", 0))
        editor = self.opened(self.colleague(Role.EDITOR))
        self.assertEqual(editor.say(type="thin", request=1)[0]["code"], "forbidden")

    def test_who_may_take_a_name(self) -> None:
        """The owner any, an editor their own; the list says which, and everybody hears of it."""
        editor, viewer = self.opened(self.colleague(Role.EDITOR)), self.opened(self.colleague(Role.VIEWER))
        made = []
        for page in (self.one, editor):
            page.say(type="save", request=1, name="Before the talk")
            made.append(page.last("version")["version"]["id"])
        mine, theirs = made
        for page, wanted in ((self.one, [True, True]), (editor, [True, False]), (viewer, [False, False])):
            listed = page.say(type="versions", request=2)[-1]["versions"]
            self.assertEqual([each.get("may_unname", False) for each in listed], wanted)
        self.history.outputs[theirs] = [self.output("one")]
        self.assertEqual(viewer.say(type="unname", request=3, version=mine)[0]["code"], "read-only")
        self.assertEqual(editor.say(type="unname", request=3, version=mine)[0]["code"], "forbidden")
        self.assertEqual(editor.say(type="unname", request=4, version=theirs)[0]["type"], "unnamed")
        self.assertEqual([each["version"] for each in self.one.take("unnamed")], [theirs])
        self.assertEqual(self.one.say(type="version_outputs", request=5, version=theirs)[0]["outputs"], [])
        self.assertEqual(self.one.say(type="unname", request=6, version=mine)[0]["type"], "unnamed")
        self.assertEqual(viewer.take("unnamed")[-1]["version"], mine)
        listed = editor.say(type="versions", request=7)[-1]["versions"]
        self.assertEqual([(each["kind"], each["name"]) for each in listed], [("save", "")] * 2)

    def test_only_the_owner_is_told_that_there_are_any(self) -> None:
        """The list of versions says to the owner, and to nobody else, whether there are older autosaves to remove."""
        editor = self.opened(self.colleague(Role.EDITOR))
        self.assertFalse(self.one.say(type="versions", request=1)[-1].get("older", False))
        history = self.backend.workspaces.all[0].history
        for kind in ("autosave", "save"):
            self.done(history.save(self.owner.id, kind, kind))
        self.assertTrue(self.one.say(type="versions", request=2)[-1]["older"])
        self.assertFalse(editor.say(type="versions", request=2)[-1].get("older", False))
        self.one.say(type="thin", request=3)
        self.assertFalse(self.one.say(type="versions", request=4)[-1].get("older", False))
