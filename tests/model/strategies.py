"""Nasty worksheet files, and cells as our own writer makes them."""

from __future__ import annotations

from hypothesis import strategies as st

from sagews.model.worksheet.cells import Cell

_LINES = [
    "", " ", "\t", "\r", "   \r", "---", "...", "sagews: 1", "title: A curve", "title: \"x\"", "# Title", "## Two  ##",
    "#", "# #", "# a #b", "###### Six", "####### seven", "#hash", " # indented", "# x\ry", "## A <!-- #ab12 folded -->",
    "# <!-- #ab12 -->", "# a<!-- #ab12 -->", "Setext", "=====", "-----", "* list", "  ```sage #in11", "- ```sage",
    "> ```", "    code", "```", "````", "~~~", "~~~~~", "  ```", "    ```", "```sage", "```sage #k3f9",
    "```sage #k3f9 folded", "``` sage  #k3f9\tb a ", "```sage #K3F9 'x'", "```sage #k3f9 b a b", "~~~sage #zz99",
    "````sage #k3f9", "```sage2", "```python", "``` a`b", "~~~ a`b", "<!-- cell #p2x1 -->", "<!-- cell -->",
    "<!-- cell #p2x1 folded -->", "<!-- cell #P -->", "<!-- sage -->", "<!--", "-->", "x = 1", "α𝔽 $x^2$", "\ufeff",
    "\x00\x0b\x0c\x1c\u2028\u2029\x85", "- item", "key: value",
]  # fmt: skip
_ENDINGS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", ""]

wild_lines = st.builds(str.__add__, st.one_of(st.sampled_from(_LINES), st.text(max_size=8)), st.sampled_from(_ENDINGS))
wild_texts = st.one_of(st.text(), st.lists(wild_lines, max_size=14).map("".join))

ids = st.from_regex(r"[a-z0-9]{4,12}", fullmatch=True)
options = st.lists(st.sampled_from(["folded", "hideInput", "mode=python", "a", "b-c"]), unique=True, max_size=2).map(
    lambda words: tuple(sorted(words))
)
_code_sources = st.lists(st.one_of(st.sampled_from(_LINES), st.text(max_size=8)), max_size=6).map(
    lambda lines: "\n".join(lines).replace("\r", "")
)
_words = st.text(alphabet="ab1 $α𝔽#*`\\<!->", min_size=1, max_size=20)
_titles = _words.map(lambda text: text.strip(" \t"))
_prose_lines = st.sampled_from(["Prose.", "- item", "  ```sage", "> ```", "α", "", "===", "    # code", "key: value"])
_prose = st.lists(_prose_lines, min_size=1, max_size=5).map(lambda lines: "\n".join(["First", *lines, "last"]))

code_cells = st.builds(Cell, type=st.just("code"), source=_code_sources, id=ids, options=options)
section_cells = st.builds(
    Cell, type=st.just("section"), source=_titles, id=ids, depth=st.integers(0, 5), options=options
)
text_cells = st.builds(Cell, type=st.just("text"), source=_prose, id=ids, options=options)
canonical_cells = st.lists(st.one_of(code_cells, section_cells, text_cells), max_size=8)
