"""Docstrings as pages show them: what docutils makes of them, and what is done before and after."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.help.documents.preparing import first_sentence, prepared
from tests.session.support import ROOT, interpreter

FACTOR = r"""
    Return the factorization of ``n``, see :meth:`~sage.rings.integer.Integer.factor`.

    INPUT:

    - ``n`` -- an element of `\ZZ`

    OUTPUT: a list with <b>pairs</b>

    .. MATH::

        a &= b \\
        c &= d

    EXAMPLES::

        sage: factor(6)                 # needs sage.libs.pari
        2 * 3

    .. SEEALSO:: :wikipedia:`Prime number`, [Coh1993]_

    TESTS::

        sage: factor(0)
        Traceback

    And more tests.

    .. PLOT::

        sphinx_plot(plot(x))
"""
PROGRAM = """
import json, sys
from sagews.session.help.documents import preparing, rendering
asked = json.load(sys.stdin)
found = [rendering.rendered(preparing.prepared(text), sage=sage, seconds=seconds) for text, sage, seconds in asked]
from docutils.parsers.rst import roles
print(json.dumps([[each and [each.html, each.formulas] for each in found], "wikipedia" in roles._roles]))
"""


def rendered(*asked: tuple[str, bool, float]) -> tuple[list[Any], bool]:
    """Return what becomes of docstrings in the environment of sessions, and whether docutils was left changed."""
    told = subprocess.run(
        [interpreter("sage"), "-c", PROGRAM],
        input=json.dumps(asked),
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found, changed = json.loads(told.stdout)
    return found, changed


class PreparingTests(SynchronousTestCase):
    """What is left out before a docstring is read."""

    def test_tests_and_marks_go(self) -> None:
        """Blocks of tests and marks for the checker of examples are left out; what follows the tests stays."""
        text = prepared(FACTOR)
        self.assertNotIn("Traceback", text)
        self.assertNotIn("more tests", text)
        self.assertNotIn("needs", text)
        self.assertIn(".. PLOT::", text)
        self.assertTrue(text.startswith("Return the"))

    def test_first_sentence(self) -> None:
        """One line of plain words."""
        self.assertEqual(
            first_sentence(FACTOR), "Return the factorization of n, see sage.rings.integer.Integer.factor."
        )
        self.assertEqual(first_sentence("f(x)\nFile: f.pyx (starting at line 3)\n\nAdd one.  And so on."), "Add one.")

    @given(st.text(alphabet="TESTS: \n-=sage.ab`"))
    def test_any_text(self, text: str) -> None:
        """Whatever the text is, no line is there that was not there before."""
        lines = {line.strip() for line in text.split("\n")} | {""}
        self.assertEqual([line for line in prepared(text).split("\n") if line.strip() not in lines], [])


class RenderingTests(SynchronousTestCase):
    """What docutils makes of it, in the environment of sessions."""

    def test_heads_of_lines(self) -> None:
        """A word in capitals is a heading where it is plain text; what stands behind it, code or not, stays whole."""
        texts = ("``NOTE:`` foo bar baz", "**NOTE:** x", "OUTPUT: ``x``", "OUTPUT: x", "INPUT:\n\n- a")
        found, _ = rendered(*((text, True, 60.0) for text in texts))
        self.assertEqual(
            [html for html, _ in found],
            [
                "<p><code>NOTE:</code> foo bar baz</p>",
                "<p><strong>NOTE:</strong> x</p>",
                "<p><strong>Output: </strong><code>x</code></p>",
                "<p><strong>Output: </strong>x</p>",
                "<h4>Input</h4><ul><li><p>a</p></li></ul>",
            ],
        )

    def test_sages_own_words(self) -> None:
        """Headings, lists, formulas, examples, links and names; elements of a docstring are texts."""
        ((html, formulas),), changed = rendered((FACTOR, True, 60))
        self.assertFalse(changed)
        self.assertIn("<code>factor</code>", html)
        self.assertIn("<h4>Input</h4><ul><li><p><code>n</code> – an element of \ue0000\ue001</p>", html)
        self.assertIn("<strong>Output: </strong>a list with &lt;b&gt;pairs&lt;/b&gt;", html)
        self.assertIn("<pre>sage: factor(6)\n2 * 3</pre>", html)
        self.assertIn(
            '<a href="https://en.wikipedia.org/wiki/Prime_number">Wikipedia: Prime number</a>, [Coh1993]', html
        )
        self.assertNotIn("sphinx_plot", html)
        inline, display = formulas
        self.assertEqual(inline, [r"\ZZ", False])
        self.assertTrue(display[0].startswith(r"\begin{aligned}a &= b \\") and display[1])

    def test_what_others_write(self) -> None:
        """Sections of numpy's docstrings; single backticks are code there."""
        text = "Add.\n\nParameters\n----------\nx : int\n    The `first`.\n"
        ((html, formulas),), _ = rendered((text, False, 60))
        self.assertIn("<h4>Parameters</h4><dl><dt>x : int</dt><dd><p>The <code>first</code>.", html)
        self.assertEqual(formulas, [])

    def test_what_is_refused(self) -> None:
        """No file is read, no HTML let through, no address but of the web, and what takes too long is not shown."""
        texts = [
            ".. include:: /etc/passwd",
            ".. raw:: html\n\n   <script>alert(1)</script>",
            "`a <javascript:alert(1)>`__ and |x|_\n\n.. |x| replace:: \ue0000\ue001",
            "* " * 300 + "x",
        ]
        found, _ = rendered(*[(text, True, 60) for text in texts], ("word\n\n" * 3000, True, 0))
        said = "".join(html for html, _ in filter(None, found))
        for never in ("root:", "<script", "javascript:", "\ue000"):
            self.assertNotIn(never, said)
        self.assertIsNone(found[4])
