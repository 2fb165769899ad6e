"""Pasted text becomes code: prompts, outputs of examples, and characters that only look like Python's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.session.evaluation.pasted import without_lookalikes, without_prompts


class PromptTests(SynchronousTestCase):
    """Examples of documentation."""

    def test_prompts_of_sage_python_and_ipython_are_taken_off(self) -> None:
        """With their continuations, on the same lines."""
        for source, expected in (
            ("sage: 2^3", "2^3"),
            ("sage: a = 5\nsage: a", "a = 5\na"),
            ("    sage: for i in [1..2]:\n    ....:     print(i)", "for i in [1..2]:\n    print(i)"),
            (">>> def f():\n...     return 1\n...\n>>> f()", "def f():\n    return 1\n\nf()"),
            ("In [1]: x = 1\nIn [2]: if x:\n   ...:     x\n", "x = 1\nif x:\n    x\n"),
            ("\nsage: %time 2", "\n%time 2"),
        ):
            self.assertEqual(without_prompts(source), expected)

    def test_outputs_between_prompts_become_empty_lines(self) -> None:
        """An example with what it prints runs as it was pasted, and its lines keep their numbers."""
        source = "sage: matrix([[1,2],[3,4]])\n[1 2]\n[3 4]\nsage: 1/0\nTraceback ..."
        self.assertEqual(without_prompts(source), "matrix([[1,2],[3,4]])\n\n\n1/0\n")

    def test_a_block_whose_lines_have_no_prompts_is_kept(self) -> None:
        """People paste a first line with its prompt and type the rest."""
        self.assertEqual(without_prompts("sage: def f():\n    return 1"), "def f():\n    return 1")

    def test_code_without_a_prompt_at_its_beginning_is_left_alone(self) -> None:
        """Annotations, strings and slices are no prompts."""
        for source in ("x: int = 5", "a = '''\n>>> b\n'''", "sagex: 5", "a[1:2]", "In = 5", ""):
            self.assertEqual(without_prompts(source), source)


class LookalikeTests(SynchronousTestCase):
    """Characters of typeset pages."""

    def test_spaces_quotes_and_minus_become_pythons(self) -> None:
        """Outside of texts."""
        for source, expected in (
            ("a\u00a0=\u00a05\u2009+\u20092", "a = 5 + 2"),
            ("5 \u2212 3 \u2013 1", "5 - 3 - 1"),
            ("print(\u201chi\u201d, \u2018x\u2019)", "print(\"hi\", 'x')"),
            ("\ufeffx\u200b = 2 \u00d7 3", "x = 2 * 3"),
        ):
            self.assertEqual(without_lookalikes(source), expected)

    def test_texts_and_remarks_keep_their_characters(self) -> None:
        """There they may be meant; typographic quotes around a text do not change what is inside."""
        for source in ("'5 \u2212 3'", '"""a\n\u201cb\u201d"""', "x = 1  # a \u2013 b", "'it\\'s \u2019'", "π = 3"):
            self.assertEqual(without_lookalikes(source), source)
        self.assertEqual(without_lookalikes("\u201ca \u2013 b\u201d"), '"a \u2013 b"')

    @given(st.text("ab'\"#\\\n\u201c\u201d\u2018\u2019\u2212\u00a0", max_size=40))
    def test_lines_never_change_their_number(self, source: str) -> None:
        """Whatever is pasted, and doing it twice is doing it once."""
        once = without_lookalikes(source)
        self.assertEqual(once.count("\n"), source.count("\n"))
        self.assertEqual(without_prompts(source).count("\n"), source.count("\n"))
