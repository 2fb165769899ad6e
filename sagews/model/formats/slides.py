"""A worksheet as slides, in one HTML file that is read without us: scrolled slide by slide, printed a page for each.

What is a slide is what the presentation takes for one (static/src/views/presentation/slides.ts): the title with what
stands above the first heading, then one for each heading, and one for each text of nothing but a line; notes are on
none.
"""

from __future__ import annotations

import re

from sagews.model.formats.page import STYLE, cell_html, page_of
from sagews.model.formats.page_prose import inline
from sagews.model.formats.sheet import Sheet

HIDDEN = "hideInput"
_NOTES = re.compile(r"\s*notes?:[ \t]*", re.IGNORECASE)
_LINE = re.compile(r"\s*(-{3,}|\*{3,}|_{3,})\s*")
LOOKS = (
    STYLE
    + """
html { scroll-snap-type: y mandatory; }
body { max-width: none; margin: 0; padding: 0; counter-reset: slide; }
.slide { box-sizing: border-box; position: relative; min-height: 100vh; padding: 7vh 9vw 9vh; font-size: 1.35rem;
  scroll-snap-align: start; counter-increment: slide; border-bottom: 1px solid #8884; }
.slide::after { content: counter(slide); position: absolute; right: 2rem; bottom: 1.2rem; opacity: .5; }
.slide h1 { font-size: 2.6rem; }
.slide h2 { font-size: 2.1rem; }
.slide h3, .slide h4, .slide h5, .slide h6 { font-size: 1.7rem; }
.slide.first { display: grid; align-content: center; }
.out img { max-height: 65vh; }
@page { size: 297mm 167mm; margin: 8mm; }
@media print {
  html { scroll-snap-type: none; }
  .slide { min-height: 0; padding: 4mm 10mm; border: 0; break-after: page; font-size: 1.1rem; }
  .slide::after { content: none; }
  .out img { max-height: 100mm; }
}
"""
)


def write_slides(sheet: Sheet) -> bytes:
    """Return a worksheet as slides, with its outputs; code that is hidden in it is hidden on them."""
    slides: list[list[str]] = [[f"<h1>{inline(sheet.title)}</h1>"] if sheet.title else []]
    for place, cell in enumerate(sheet.cells):
        if cell.type == "section" or (cell.type == "text" and _LINE.fullmatch(cell.source)):
            slides.append([])
        if cell.type == "text" and (_LINE.fullmatch(cell.source) or _NOTES.match(cell.source)):
            continue
        slides[-1].append(cell_html(cell, sheet.outputs.get(place, ()), hidden=HIDDEN in cell.options))
    shown = [slide for slide in slides if slide] or [[]]
    first = len(shown[0]) == 1 and shown[0][0].startswith("<h1>")
    body = "\n".join(
        f'<section class="slide{" first" if at == 0 and first else ""}">\n' + "\n".join(slide) + "\n</section>"
        for at, slide in enumerate(shown)
    )
    return page_of(sheet, LOOKS, body)
