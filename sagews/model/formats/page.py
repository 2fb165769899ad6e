"""A worksheet as one HTML file that is read without us and without a network: no script, nothing loaded, nothing sent.

What sets formulas and turns plots is added by the client before the page is saved (views/formats/whole-page.ts): it is
told what they are by attributes, and completes only a page with exactly this policy.

The file may be opened from a disk, where it has rights that a page of the web has not. So its policy lets it load
nothing, and HTML that a cell printed stands in a frame without any rights, as an attribute's text.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sagews.model.formats.page_data import first_frame, table_html, tree_html
from sagews.model.formats.page_prose import formula, inline, prose_html
from sagews.model.formats.sheet import PICTURES, Piece, Sheet
from sagews.model.worksheet.cells import Cell

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
pre, code { font-family: ui-monospace, monospace; font-size: .92em; }
pre { overflow-x: auto; margin: 0; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.code { border-left: 3px solid #3b6ea5; background: #8881; margin-top: 1rem; }
.out { margin: 0 0 1rem; padding-left: 3px; }
.out img { max-width: 100%; background: #fff; }
.err { color: #c0392b; }
.note { opacity: .8; font-size: .9em; }
table { border-collapse: collapse; display: block; overflow-x: auto; max-height: 30rem; }
th, td { border: 1px solid #8884; padding: .2rem .6rem; text-align: left; }
thead th { background: #8882; }
figure { margin: .6rem 0 0; }
.tree { font-size: .92em; }
.tree .inner { padding-left: 1.2rem; }
summary { cursor: pointer; }
@page { margin: 18mm 16mm; }
@media print {
  body { max-width: none; margin: 0; }
  h1, h2, h3, h4, h5, h6 { break-after: avoid; }
  img, figure, tr { break-inside: avoid; }
  table { display: table; max-height: none; }
}
iframe { width: 100%; height: 20rem; border: 1px solid #8884; background: #fff; }
"""
# What stands for a plot that is turned and for an animation until the page's script shows it.
LIVE = ("text/vnd.sagews.scene", "text/vnd.sagews.film")
TABLE = "text/vnd.sagews.table"
# A figure of a library: the page's script draws it, if the client could add what the library draws with.
FIGURE = "text/vnd.sagews.figure"
CONTROLS = "This cell has controls in the worksheet; here stands what they showed last."
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_BASE64 = re.compile(r"[A-Za-z0-9+/\n]*={0,2}\n?")


def write_page(sheet: Sheet) -> bytes:
    """Return a worksheet as a page, with its outputs."""
    body = "\n".join(cell_html(cell, sheet.outputs.get(place, ())) for place, cell in enumerate(sheet.cells))
    heading = f"<h1>{inline(sheet.title)}</h1>\n" if sheet.title else ""
    return page_of(sheet, STYLE, heading + body)


def page_of(sheet: Sheet, style: str, body: str) -> bytes:
    """Return a page that loads nothing and runs nothing.

    Args:
        sheet: gives it its title.
        style: its looks.
        body: its markup.
    """
    title = sheet.title or next((cell.source for cell in sheet.cells if cell.type == "section"), "") or "Worksheet"
    page = (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return page.encode()


def cell_html(cell: Cell, outputs: Sequence[Piece], *, hidden: bool = False) -> str:
    """Return a cell as HTML; `hidden`: without its code."""
    if cell.type == "section":
        return f"<h{cell.depth + 1}>{inline(cell.source)}</h{cell.depth + 1}>"
    if cell.type == "text":
        return prose_html(cell.source)
    shown = "".join(map(_output, outputs))
    if hidden:
        return f'<div class="out">{shown}</div>'
    code = f'<pre class="code"><code>{html.escape(cell.source)}</code></pre>'
    return f'{code}\n<div class="out">{shown}</div>' if shown else code


def _output(piece: Piece) -> str:
    kind, body = piece
    if kind == "stream":
        return _text(str(body.get("text", "")), "err" if body.get("name") == "stderr" else "")
    if kind == "error":
        return _text(_COLOURS.sub("", str(body.get("plain") or body.get("message", ""))), "err")
    if kind in ("display", "result") and isinstance(body.get("data"), Mapping):
        return _value(body["data"])
    if kind == "channel":
        return f'<p class="note">{CONTROLS}</p>'
    return _text(str(body["text"]), "") if kind == "notice" and "text" in body else ""


def _figure(form: str, forms: Mapping[str, str], described: str) -> str:
    """A plot, an animation or a library's figure: its picture, if there is one, and what it is made of."""
    still = "" if form == FIGURE else forms.get("image/png") or first_frame(forms[form])
    fits = _BASE64.fullmatch(still) and still
    drawn = f'<img alt="{described}" src="data:image/png;base64,{"".join(still.split())}">' if fits else described
    said = f'data-form="{form}" data-source="{html.escape(forms[form])}" data-plain="{described}"'
    return f"<figure {said}>{drawn}</figure>"


def _text(text: str, kind: str) -> str:
    return f'<pre class="{kind}">{html.escape(text)}</pre>' if text else ""


def _value(data: Mapping[str, Any]) -> str:
    """The best form of a value that a page without scripts can show."""
    forms = {form: value for form, value in data.items() if isinstance(value, str)}
    described = html.escape(forms.get("text/plain", "")[:1000])
    drawn = _drawn(forms, described)
    if drawn:
        return drawn
    if "text/html" in forms:
        return f'<iframe sandbox="" loading="lazy" title="HTML" srcdoc="{html.escape(forms["text/html"])}"></iframe>'
    if "text/latex" in forms:
        tex = forms["text/latex"].strip().strip("$")
        return f"<div>{formula(tex, forms['text/latex'], display=True)}</div>"
    if "text/markdown" in forms:
        return prose_html(forms["text/markdown"])
    if "application/json" in data:
        return tree_html(data["application/json"])
    return _text(forms.get("text/plain", ""), "")


def _drawn(forms: Mapping[str, str], described: str) -> str:
    """A value as plot, table or picture; nothing where it is none of these."""
    live = next((form for form in (*LIVE, FIGURE) if form in forms), None)
    if live is not None:
        return _figure(live, forms, described)
    if TABLE in forms and (table := table_html(forms[TABLE])):
        return table
    if "image/svg+xml" in forms:
        # As a picture: what is loaded so runs no script and asks for nothing.
        drawn = base64.b64encode(forms["image/svg+xml"].encode()).decode()
        return f'<img alt="{described}" src="data:image/svg+xml;base64,{drawn}">'
    for form in PICTURES:
        if form in forms and _BASE64.fullmatch(forms[form]):
            return f'<img alt="{described}" src="data:{form};base64,{"".join(forms[form].split())}">'
    return ""
