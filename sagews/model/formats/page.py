"""A worksheet as one HTML file that is read without us and without a network: no script, nothing loaded, nothing sent.

The file may be opened from a disk, where it has rights that a page of the web has not. So its policy lets it load
nothing, and HTML that a cell printed stands in a frame without any rights, as an attribute's text.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sagews.model.formats.page_prose import inline, prose_html
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
iframe { width: 100%; height: 20rem; border: 1px solid #8884; background: #fff; }
"""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_BASE64 = re.compile(r"[A-Za-z0-9+/\n]*={0,2}\n?")


def write_page(sheet: Sheet) -> bytes:
    """Return a worksheet as a page, with its outputs."""
    title = sheet.title or next((cell.source for cell in sheet.cells if cell.type == "section"), "") or "Worksheet"
    body = "\n".join(_cell(cell, sheet.outputs.get(place, ())) for place, cell in enumerate(sheet.cells))
    heading = f"<h1>{inline(sheet.title)}</h1>\n" if sheet.title else ""
    page = (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{heading}{body}\n</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _cell(cell: Cell, outputs: Sequence[Piece]) -> str:
    if cell.type == "section":
        return f"<h{cell.depth + 1}>{inline(cell.source)}</h{cell.depth + 1}>"
    if cell.type == "text":
        return prose_html(cell.source)
    shown = "".join(map(_output, outputs))
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
    return _text(str(body["text"]), "") if kind == "notice" and "text" in body else ""


def _text(text: str, kind: str) -> str:
    return f'<pre class="{kind}">{html.escape(text)}</pre>' if text else ""


def _value(data: Mapping[str, Any]) -> str:
    """The best form of a value that a page without scripts can show."""
    forms = {form: value for form, value in data.items() if isinstance(value, str)}
    described = html.escape(forms.get("text/plain", "")[:1000])
    if "image/svg+xml" in forms:
        # As a picture: what is loaded so runs no script and asks for nothing.
        drawn = base64.b64encode(forms["image/svg+xml"].encode()).decode()
        return f'<img alt="{described}" src="data:image/svg+xml;base64,{drawn}">'
    for form in PICTURES:
        if form in forms and _BASE64.fullmatch(forms[form]):
            return f'<img alt="{described}" src="data:{form};base64,{"".join(forms[form].split())}">'
    if "text/html" in forms:
        return f'<iframe sandbox="" loading="lazy" title="HTML" srcdoc="{html.escape(forms["text/html"])}"></iframe>'
    if "text/latex" in forms:
        return f'<pre><code class="tex">{html.escape(forms["text/latex"])}</code></pre>'
    if "text/markdown" in forms:
        return prose_html(forms["text/markdown"])
    return _text(forms.get("text/plain", ""), "")
