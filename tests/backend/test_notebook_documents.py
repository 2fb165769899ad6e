"""Worksheets that are notebooks: imported, edited and run live, written for a version, brought back."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred

from sagews.backend.runs.output import whole
from sagews.model.formats.sheet import MAX_FILE
from sagews.model.notebook.outputs import JSON
from sagews.policy.quotas.resources import Resource
from tests.backend.harness import Page
from tests.backend.importing import NOTEBOOK, ImportCase
from tests.fakes.session_host import PRINTS
from tests.model.notebooks import check, code, made, prose

PICTURE = {"data": {"image/png": "A" * 400_000 + "\n"}, "metadata": {}, "output_type": "display_data"}
STREAM = {"name": "stdout", "output_type": "stream", "text": ["old\n"]}


class NotebookTests(ImportCase):
    """A workspace into which notebooks come."""

    def kept(self, text: str, name: str = "powers.ipynb") -> tuple[Page, str]:
        """Import a notebook; returns a page that has it open, and its document."""
        page = self.page()
        answer = self.imported(page, text.encode(), name)
        self.assertEqual((answer["type"], answer.get("left_out", {})), ("imported", {}))
        self.assertEqual(answer["document"]["path"], name)
        page.open(answer["document"]["id"])
        return page, answer["document"]["id"]

    def texts(self) -> dict[str, str]:
        """Return the texts that a version would have."""
        texts = Deferred.fromCoroutine(self.backend.workspaces.all[0].document_set.texts())
        while not texts.called:
            self.later()
        return dict(self.successResultOf(texts))

    def file(self, page: Page, document: str, path: str = "powers.ipynb") -> JSON:
        """Return the notebook that a version would have, and that is downloaded; Jupyter takes it."""
        text = self.texts()[path]
        page.say(type="export", request=1, document=document, format="notebook")
        self.assertEqual((page.last("exported")["name"], page.last("exported")["size"]), (path, len(text.encode())))
        return check(text)

    def test_nothing_is_lost(self) -> None:
        """A notebook is shown as far as it is known, and is the same file again, whether it is open or not."""
        metadata = {"title": "Powers", "x": {"__proto__": [1]}}
        text = made(prose("# Powers\n\nText."), code("2", "abcd", [STREAM, PICTURE], 4), metadata=metadata)
        page, document = self.kept(text)
        self.assertEqual(page.doc["meta"]["title"], "Powers")
        self.assertEqual(self.texts()["powers.ipynb"], text)
        [cell] = page.open(document)["cells"]
        self.assertEqual((cell["run"]["number"], cell["run"]["state"]), (4, "done"))
        page.lose()
        # What is at hand of long output is not all of it: a later life reads the store.
        self.later(1)
        self.backend = self.life()
        self.opened()
        self.assertEqual(self.texts()["powers.ipynb"], text)

    def test_a_notebook_that_lacks_fields(self) -> None:
        """What other programs leave out is put in."""
        page, document = self.kept(json.dumps(NOTEBOOK))
        cells = json.loads(self.texts()["powers.ipynb"])["cells"]
        self.assertEqual([cell["metadata"] for cell in cells], [{}, {}, {}])
        self.assertEqual([len(cell.get("outputs", ())) for cell in cells], [0, 2, 1])
        self.assertEqual(len(page.open(document)["cells"]), 2)

    def test_edited_and_run(self) -> None:
        """What is typed and run here is in the file, with the outputs of the other cells as they were."""
        page, document = self.kept(made(code("1", "aaaa", [STREAM], 4), code("2", "bbbb", [STREAM], 5)))
        page.edit(document, PRINTS)
        page.run(document, PRINTS)
        self.later(1)
        first, second = self.file(page, document)["cells"]
        self.assertEqual((first["source"], first["outputs"]), ([PRINTS], [{**STREAM, "text": ["hello\n"]}]))
        self.assertEqual(first["execution_count"], page.last("run_state")["number"])
        self.assertEqual((second["execution_count"], second["outputs"]), (5, [STREAM]))

    def test_versions(self) -> None:
        """A version holds the notebook with what it showed, and a revert brings both back."""
        text = made(code("1", "aaaa", [STREAM], 4))
        page, document = self.kept(text)
        page.say(type="save", request=1, name="One")
        version = page.last("version")["version"]["id"]
        page.edit(document, PRINTS)
        page.run(document, PRINTS)
        self.later(1)
        self.assertNotEqual(self.texts()["powers.ipynb"], text)
        page.say(type="revert", request=2, version=version)
        for _ in range(10):
            self.later()
        self.assertEqual(self.texts()["powers.ipynb"], text)

    def test_names(self) -> None:
        """A notebook keeps its kind when it is renamed, and a new one is made by its name."""
        page, document = self.kept(made(code("1")))
        page.say(type="rename", request=1, document=document, path="powers.sage.md")
        self.assertEqual(page.last("error")["code"], "bad-name")
        page.say(type="rename", request=1, document=document, path="a/other.ipynb")
        self.assertEqual(page.last("renamed")["document"]["path"], "a/other.ipynb")
        self.assertIn("a/other.ipynb", self.texts())
        page.say(type="create", request=1, path="new.ipynb")
        self.assertEqual(check(self.texts()["new.ipynb"])["cells"][0]["cell_type"], "code")

    def test_those_of_the_home(self) -> None:
        """A notebook that lies in the home is opened by its name; what is none is refused and stays a file."""
        text = made(prose("# A"), code("1", "aaaa", [{**STREAM, "text": "x" * 700_000}], 4))
        files = {"lab/a.ipynb": text.encode(), "lab/bad.ipynb": b"{}", "lab/large.ipynb": b" " * (MAX_FILE + 1)}
        page = self.page()
        self.host.files.homes[self.workspace] = files
        for name, refusal in (("a", ""), ("bad", "bad-file"), ("large", "too-large")):
            page.say(type="create", request=1, path=f"lab/{name}.ipynb")
            while page.told[-1].get("request") != 1:
                self.later()
            self.assertEqual(page.told[-1].get("code", ""), refusal)
            page.told.append({"type": "looked"})
        self.assertEqual(self.texts()["lab/a.ipynb"], text)
        self.assertEqual(self.texts().keys() & files.keys(), {"lab/a.ipynb"})
        self.assertEqual(self.backend.used(self.owner.id).get(Resource.JOBS.value, 0), 0)

    def test_those_that_nobody_opens(self) -> None:
        """A notebook that nobody has open is written once for all versions, until somebody opens it."""
        text = made(code("1", "aaaa", [STREAM], 4))
        page, document = self.kept(text)
        page.lose()
        self.later(1)
        self.backend = self.life()
        self.opened()
        asked = []
        for _ in range(3):
            self.checks.asked.clear()
            self.assertEqual(self.texts()["powers.ipynb"], text)
            asked.append(len([what for what, _ in self.checks.asked if what == "notebook"]))
        self.assertEqual(asked, [1, 0, 0])
        page = self.page()
        page.open(document)
        page.edit(document, "2")
        self.later(1)
        self.assertIn('"2"', self.texts()["powers.ipynb"])

    def test_other_formats(self) -> None:
        """A notebook goes out in every other format as any worksheet does."""
        page, document = self.kept(made(prose("# A"), code("1", outputs=[STREAM])))
        for form, name in (("worksheet", "powers.sage.md"), ("page", "powers.html"), ("sage", "powers.sage")):
            page.say(type="export", request=1, document=document, format=form)
            self.assertEqual(page.last("exported")["name"], name)

    def test_long_output(self) -> None:
        """Of what is more than a notebook can hold the beginning and the end are in it, and it says so."""
        self.patch(whole, "MAX_ALL", 300_000)
        page, document = self.kept(made(code("1", outputs=[PICTURE])))
        [told] = self.file(page, document)["cells"][0]["outputs"]
        self.assertIn("not in the file", "".join(told["text"]))

    def test_where_there_is_no_room(self) -> None:
        """A notebook whose outputs the quota has no room for is refused: it could not be saved again."""
        page = self.opened()
        allowed: dict[str, Any] = {Resource.WORKSHEET_OUTPUTS.value: 1000}
        outputs = self.backend.workspaces.all[0].document_set._stores.outputs
        self.patch(outputs, "allowed", lambda owner, resource: allowed.get(resource.value, 10**9))
        answer = self.imported(page, made(code("1", outputs=[PICTURE])).encode())
        self.assertEqual(answer["type"], "error")
        self.assertNotIn("powers.ipynb", self.texts())
