"""Worksheets from files of other programs and files for those, as pages ask for them."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, get_args

from sagews.backend.workspaces import documents, held_files
from sagews.backend.workspaces.importing import free_path
from sagews.errors import SagewsError
from sagews.interfaces.checks import State
from sagews.model.accounts import Role
from sagews.model.formats.table import WRITERS
from sagews.model.identifiers import UserId, new_id
from sagews.policy.documents.paths import check_document_path
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.formats import MAX_FILE, Format
from tests.backend.harness import BackendTestCase, Page
from tests.backend.importing import NOTEBOOK, ImportCase
from tests.fakes.session_host import PRINTS


class ImportTests(ImportCase):
    """A file becomes a worksheet."""

    def test_a_worksheet_of_another_program(self) -> None:
        """A notebook that can't be kept whole becomes a worksheet with its outputs; what is left out is told."""
        page, other = self.page(), self.page()
        old = {**NOTEBOOK, "nbformat": 3, "worksheets": [{"cells": NOTEBOOK["cells"]}]}
        answer = self.imported(page, json.dumps(old).encode())
        self.assertEqual((answer["type"], answer["left_out"]), ("imported", {"outputs": 1, "notebook": 1}))
        self.assertEqual(answer["document"]["path"], "powers.sage.md")
        self.assertEqual(other.take("created")[0]["document"]["id"], answer["document"]["id"])
        opened = page.open(answer["document"]["id"])
        self.assertEqual(page.doc["meta"]["title"], "Powers")
        self.assertEqual(str(page.doc["cells"]["abcd"]["source"]), "2^10")
        self.assertEqual(len(list(page.doc["cells"].keys())), 3)
        shown = {each["cell"]: (each["run"]["state"], each["pieces"]) for each in opened["cells"]}
        self.assertEqual(shown["abcd"][0], "done")
        self.assertEqual(shown["abcd"][1][0]["body"], {"data": {"text/plain": "1024"}, "metadata": {}})
        self.assertEqual(sorted(state for state, _ in shown.values()), ["done", "error"])

    def test_in_turns_of_its_own(self) -> None:
        """A file is read in a process, in the turn of who imports it, and counts as their job meanwhile."""
        emmy = self.colleague(Role.EDITOR)
        self.imported(self.page(emmy), json.dumps(NOTEBOOK).encode())
        self.assertIn(("open", emmy.id), self.checks.asked)
        self.assertEqual(self.backend.used(emmy.id).get(Resource.JOBS.value, 0), 0)

    def test_many_parts(self) -> None:
        """A file of several parts is put together as it was."""
        page = self.page()
        source = "\n".join(f"# {number}" for number in range(60_000))
        answer = self.imported(page, ("# %%\n" + source[:400_000] + "\n# %%\n" + source[:400_000]).encode(), "a b.py")
        self.assertEqual(answer["document"]["path"], "a b.sage.md")
        page.open(answer["document"]["id"])
        self.assertEqual({len(str(cell["source"])) for cell in page.doc["cells"].values()}, {400_000})

    def test_names(self) -> None:
        """A worksheet gets a name that is free and that a path may have, whatever the file is called."""
        page = self.page()
        paths = [self.imported(page, b"1", "curves.py")["document"]["path"] for _ in range(2)]
        self.assertEqual(paths, ["curves-2.sage.md", "curves-3.sage.md"])
        for name in (
            "../../etc/passwd.py",
            "C:\\a\\b.py",
            ".py",
            "-a.py",
            "a\u202eb\n.py",
            "α" * 120 + ".py",
            "a<b>.py",
            " . .py",
        ):
            path = check_document_path(free_path(name, ()))
            self.assertNotIn("/", path)

    def test_refusals(self) -> None:
        """What is no file of a known kind is refused before it is sent; what can't be read leaves no worksheet."""
        page = self.page()
        self.upload(page, b"x", "virus.exe")
        self.assertEqual(page.last("error")["code"], "bad-file")
        self.assertEqual(self.imported(page, b"{}")["code"], "bad-file")
        page.say(type="documents", request=3)
        self.assertEqual(len(page.last("documents")["documents"]), 1)
        self.assertEqual(self.backend.used(self.owner.id).get(Resource.JOBS.value, 0), 0)

    def test_what_takes_too_long_leaves_nothing(self) -> None:
        """A worksheet that can't be filled is removed again, for everybody."""

        async def merge(account: UserId, state: State, text: str, *, notebook: bool) -> Sequence[bytes]:
            raise SagewsError("limit", limit="it takes too long", advice="Split it.")

        self.patch(self.checks, "merge", merge)
        page, other = self.page(), self.page()
        self.assertEqual(self.imported(page, b"#" * 20_000, "a.py")["code"], "limit")
        told = [message["type"] for message in other.take() if message["type"] in ("created", "removed")]
        self.assertEqual(told, ["created", "removed"])
        page.say(type="documents", request=3)
        self.assertEqual(len(page.last("documents")["documents"]), 1)

    def test_parts_out_of_place(self) -> None:
        """A part that belongs elsewhere, goes beyond the file or is missing is refused."""
        page = self.page()
        for changes in ({"offset": 5}, {"size": 1}, {"size": MAX_FILE + 1}, {"file": "x"}):
            self.upload(page, b"abc", **changes)
            self.assertEqual(page.told[-1]["type"], "error")
        file = self.upload(page, b"abc", size=10)
        page.say(type="import", request=2, file=file)
        self.assertEqual(page.told[-1]["code"], "bad-value")
        page.say(type="import", request=2, file=new_id())
        self.assertEqual(page.told[-1]["code"], "not-found")

    def test_who_may(self) -> None:
        """Who may only read imports nothing."""
        page = self.page(self.colleague(Role.VIEWER))
        file = self.upload(page, b"1", "a.py")
        self.assertEqual(page.told[-1]["code"], "read-only")
        page.say(type="import", request=2, file=file)
        self.assertEqual(page.told[-1]["code"], "read-only")

    def test_too_many_worksheets(self) -> None:
        """The bound of worksheets holds for imported ones."""
        self.patch(documents, "MAX_DOCUMENTS", 1)
        self.assertEqual(self.imported(self.page(), b"1", "a.py")["code"], "limit")

    def test_files_are_let_go_of(self) -> None:
        """A file that nobody asks for is forgotten, an account has one, and all accounts have few."""
        page = self.page()
        file = self.upload(page, b"1", "a.py")
        self.later(held_files.SECONDS + 1)
        page.say(type="import", request=2, file=file)
        self.assertEqual(page.last("error")["code"], "not-found")
        self.patch(held_files, "MOST_FILES", 1)
        self.upload(page, b"1", "a.py")
        self.upload(page, b"1", "a.py")
        self.assertEqual(page.told[-1]["type"], "uploaded")
        other = self.page(self.colleague(Role.EDITOR))
        self.upload(other, b"1", "a.py")
        self.assertEqual(other.last("error")["code"], "limit")

    def test_files_that_rest_give_way(self) -> None:
        """Who begins to send a file and goes no further keeps nobody out for long, whoever goes on keeps theirs."""
        self.patch(held_files, "MOST_FILES", 1)
        page, other = self.page(), self.page(self.colleague(Role.EDITOR))
        self.upload(page, b"12", "a.py", size=3)
        self.later(held_files.CROWDED_SECONDS)
        file = self.upload(other, b"1", "b.py", size=2)
        self.assertEqual(other.told[-1]["type"], "uploaded")
        self.later(held_files.CROWDED_SECONDS / 2)
        part = {"file": file, "name": "b.py", "size": 2, "offset": 1, "data": base64.b64encode(b"2").decode()}
        other.say(type="upload", request=1, **part)
        self.later(held_files.CROWDED_SECONDS / 2)
        self.upload(page, b"1", "a.py")
        self.assertEqual(page.last("error")["code"], "limit")


class ExportTests(BackendTestCase):
    """A worksheet becomes a file."""

    def exported(self, page: Page, form: str) -> tuple[dict[str, Any], bytes]:
        """Export and download; returns what was told of the file, and the file."""
        page.say(type="export", request=1, document=self.document, format=form)
        told = page.last("exported")
        data = b""
        while len(data) < told["size"]:
            page.say(type="download", request=2, file=told["file"], offset=len(data))
            data += base64.b64decode(page.last("downloaded")["data"])
        return told, data

    def test_outputs(self) -> None:
        """What cells showed last is in a notebook and in a page, and in no other format."""
        page = self.opened()
        page.edit(self.document, PRINTS)
        page.run(self.document, PRINTS)
        self.later(1)
        shown = page.last("output")["piece"]["body"]["text"]
        for form in ("notebook", "page"):
            self.assertIn(
                json.dumps(shown)[1:-1] if form == "notebook" else shown, self.exported(page, form)[1].decode()
            )
        self.assertNotIn(shown, self.exported(page, "markdown")[1].decode())

    def test_each_format(self) -> None:
        """Who may read a worksheet gets it in every format, under its name."""
        self.opened().edit(self.document, "x = '" + "α" * 200_000 + "'")
        page = self.opened(self.colleague(Role.VIEWER))
        for form, name in (
            ("worksheet", "curves.sage.md"), ("notebook", "curves.ipynb"), ("page", "curves.html"),
            ("slides", "curves.slides.html"), ("markdown", "curves.md"), ("sage", "curves.sage"),
            ("python", "curves.py"),
        ):  # fmt: skip
            told, data = self.exported(page, form)
            self.assertEqual(told["name"], name)
            self.assertIn("α" * 200_000, data.decode())

    def test_all_formats_can_be_asked_for(self) -> None:
        """Pages may ask for those formats that there are, and for no others."""
        self.assertEqual(set(get_args(Format)), set(WRITERS))

    def test_refusals(self) -> None:
        """A format that is none, a document that is not open and a file of somebody else are refused."""
        page = self.page()
        page.say(type="export", request=1, document=self.document, format="notebook")
        self.assertEqual(page.last("error")["code"], "document-not-open")
        page.open(self.document)
        page.say(type="export", request=1, document=self.document, format="pdf")
        self.assertEqual(page.last("error")["code"], "bad-message")
        page.say(type="export", request=1, document=self.document, format="notebook")
        other = self.opened(self.colleague(Role.EDITOR))
        other.say(type="download", request=2, file=page.last("exported")["file"], offset=0)
        self.assertEqual(other.last("error")["code"], "not-found")
