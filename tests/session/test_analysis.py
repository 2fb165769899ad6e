"""What a cell's text says of itself: names read and written, and the shape that remarks and spaces do not change."""

from __future__ import annotations

import ast
import json
import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from sagews.session.analysis.names import MAX_CHARACTERS, MAX_NAMES, names_of
from sagews.session.analysis.shape import LONGEST, shape_of

SHAPES = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
LETTERS = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.one_of(LETTERS, st.just("1")),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} + {two[1]})"),
        st.tuples(LETTERS, inner).map(lambda two: f"[{two[0]} for {two[0]} in [{two[1]}]][0]"),
        st.tuples(LETTERS, inner, inner).map(lambda three: f"(lambda {three[0]}: {three[1]})({three[2]})"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} if {three[1]} else {three[2]})"),
    ),
    max_leaves=5,
)
LINES = st.lists(
    st.one_of(
        st.tuples(LETTERS, VALUES).map(lambda two: f"{two[0]} = {two[1]}"),
        st.tuples(LETTERS, VALUES).map(lambda two: f"{two[0]} += {two[1]}"),
        st.tuples(LETTERS, VALUES).map(lambda two: f"for {two[0]} in [{two[1]}]: pass"),
        st.tuples(VALUES, LETTERS, VALUES).map(lambda three: f"if {three[0]}: {three[1]} = {three[2]}"),
        st.tuples(LETTERS, LETTERS, VALUES).map(lambda three: f"def {three[0]}({three[1]}): return {three[2]}"),
    ),
    min_size=1,
    max_size=5,
)


def read(source: str) -> tuple[set[str], set[str]]:
    """Return what a text reads and what it writes."""
    found = names_of(ast.parse(source))
    return set(found.reads), set(found.writes)


class Watching(dict[str, object]):
    """A namespace that notes which names are asked for that it was given, and which are set."""

    def __init__(self) -> None:
        super().__init__({name: 1 for name in "abc"})
        self.read: set[str] = set()
        self.written: set[str] = set()

    def __getitem__(self, name: str) -> object:
        if name in "abc" and name not in self.written:
            self.read.add(name)
        return super().__getitem__(name)

    def __setitem__(self, name: str, value: object) -> None:
        self.written.add(name)
        super().__setitem__(name, value)


class NamesTest(TestCase):
    """Names of cells."""

    @given(LINES)
    def test_all_that_a_cell_really_reads_and_writes_is_named(self, lines: list[str]) -> None:
        """What running the text asks of its namespace, and sets in it, is among what its tree says."""
        names = Watching()
        source = "\n".join(lines)
        try:
            exec(compile(source, "<test>", "exec"), {}, names)  # noqa: S102
        except (TypeError, NameError, AttributeError):
            # Up to there it counts: a function was added to a number.
            pass
        reads, writes = read(source)
        self.assertLessEqual(names.read, reads, source)
        self.assertLessEqual(names.written - {"__annotations__"}, writes, source)

    def test_names_are_read_only_where_the_cell_has_not_written_them_itself(self) -> None:
        """Local names, loop variables and what was written before are no reads; branches and functions count."""
        cases = {
            "x = 1; y = x + z": ("z", "xy"),
            "for i in L: s += i": ("Ls", "is"),
            "[i for i in L if i > m]": ("Lm", ""),
            "if a:\n  b = 1\nb": ("ab", "b"),
            "if a:\n  b = 1\nelse:\n  b = 2\nb": ("a", "b"),
            "def f(x, y=k):\n  z = x\n  return z + w": ("kw", "f"),
            "def f():\n  global g\n  g = h": ("h", "fg"),
            "def f(): return g()\ndef g(): return 1": ("", "fg"),
            "class A(B):\n  c = d\n  def e(self): return c": ("Bcd", "A"),
            "f = lambda x: x + y": ("y", "f"),
            "try:\n  a\nexcept E as e:\n  e": ("aE", ""),
            "with o as p:\n  p": ("o", "p"),
            "import a.b, c as d\nfrom m import e": ("", "ade"),
            "A[0] = b": ("Ab", "A"),
            "p.x = 1": ("p", "p"),
            "del v": ("", "v"),
            "while (n := n + 1) < 9: pass": ("n", "n"),
            "match v:\n  case [q, *r]: q\n  case _: q": ("vq", "qr"),
            "x: T = 1": ("T", "x"),
            "h = _": ("", "h"),
        }
        for source, (reads, writes) in cases.items():
            self.assertEqual(read(source), (set(reads), set(writes)), source)

    def test_declarations_of_symbols_and_timed_lines_count(self) -> None:
        """`var` and `function` write what they declare; the code of `%time` is looked into."""
        self.assertEqual(read("var('s t, u')")[1], set("stu"))
        self.assertEqual(read("get_ipython().run_line_magic('timeit', '-n 3 v = w')"), ({"w"}, {"v"}))
        self.assertEqual(read("get_ipython().run_line_magic('time', 'v =')"), (set(), set()))

    def test_names_are_bounded(self) -> None:
        """At most 500 names, of 100 characters, of 4,000 together; a tree that is too deep has none."""
        self.assertEqual(len(names_of(ast.parse("\n".join(f"a{n}" for n in range(600)))).reads), MAX_NAMES)
        self.assertEqual(read(f"{'x' * 101} + y")[0], {"y"})
        long = names_of(ast.parse("\n".join(f"{'x' * 90}{n}" for n in range(200)))).reads
        self.assertLess(sum(map(len, long)), MAX_CHARACTERS)
        tree = ast.parse("1")
        value: ast.expr = ast.Name("a", ast.Load())
        for _ in range(5000):
            value = ast.UnaryOp(ast.Not(), value)
        tree.body = [ast.Expr(value)]
        self.assertEqual(names_of(tree).reads, ())


class ShapesTest(TestCase):
    """Shapes of texts."""

    def test_remarks_and_spaces_change_no_shape_and_all_else_does(self) -> None:
        """The examples that the page is held to as well (tests/client/logic/document/names/shape.test.ts)."""
        for one, other in SHAPES["same"]:
            self.assertEqual(shape_of(one), shape_of(other), (one, other))
            self.assertTrue(shape_of(one), one)
        for one, other in SHAPES["different"]:
            self.assertFalse(shape_of(one) and shape_of(one) == shape_of(other), (one, other))
        for text in SHAPES["none"]:
            self.assertEqual(shape_of(text), "", text)
        self.assertEqual(shape_of("a" * (LONGEST + 1)), "")
        for text, digest in SHAPES["digests"].items():
            self.assertEqual(shape_of(text), digest, text)

    @given(LINES, st.randoms())
    def test_texts_of_one_shape_have_one_tree(self, lines: list[str], chance: random.Random) -> None:
        """Blank space put anywhere, or taken away, gives another shape wherever it gives another program."""
        source = "\n".join(lines)
        place = chance.randrange(len(source) + 1)
        for changed in (
            source[:place] + chance.choice(" \n#\t") + source[place:],
            source[:place] + source[place + 1 :],
        ):
            if shape_of(changed) == shape_of(source):
                self.assertEqual(ast.dump(ast.parse(changed)), ast.dump(ast.parse(source)))
