"""Tables and JSON of outputs as HTML, for a page that is read without us; whatever a session sent is text in it."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from sagews.model.formats.page_prose import formula

JSON = Any

_FORMULA = re.compile(r"\$[^$]+\$")

# A page that is read is no data file: the worksheet has the rest.
MOST_ROWS = 1000
MOST_NODES = 2000
MOST_DEPTH = 24
LONGEST = 500


def table_html(text: str) -> str:
    """Return a table as our sessions send it; nothing for what is none."""
    table = _object(text)
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return ""
    index = table["index"] if type(table.get("index")) is int else 0
    head = "".join(f"<th>{_said(name)}</th>" for name in columns)
    body = "".join(f"<tr>{_cells(row, index)}</tr>" for row in rows[:MOST_ROWS] if isinstance(row, list))
    total = table["total"] if type(table.get("total")) is int else len(rows)
    shown = min(len(rows), MOST_ROWS)
    rest = f'<p class="note">The first {shown:,} of {total:,} rows.</p>' if total > shown else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _cells(row: list[JSON], index: int) -> str:
    return "".join(
        f"<th>{_said(value)}</th>" if at < index else f"<td>{_said(value)}</td>" for at, value in enumerate(row)
    )


def tree_html(value: JSON) -> str:
    """Return JSON as a tree that opens and closes without a script; of a large one the beginning."""
    left = MOST_NODES

    def node(name: str, each: JSON, depth: int) -> str:
        nonlocal left
        left -= 1
        if left < 0:
            return ""
        label = f"<b>{html.escape(name[:LONGEST])}</b>: " if name else ""
        if not isinstance(each, dict | list):
            return f"<div>{label}<code>{_said(each, quoted=True)}</code></div>"
        pairs = each.items() if isinstance(each, dict) else ((str(at), part) for at, part in enumerate(each))
        count = f"{len(each)} {'names' if isinstance(each, dict) else 'values'}"
        inner = "" if depth >= MOST_DEPTH else "".join(node(str(key), part, depth + 1) for key, part in pairs)
        opened = " open" if depth == 0 else ""
        return f"<details{opened}><summary>{label}{count}</summary><div class='inner'>{inner}</div></details>"

    tree = node("", value, 0)
    return f'<div class="tree">{tree}</div>' + ('<p class="note">Not all of it is here.</p>' if left < 0 else "")


def first_frame(text: str) -> str:
    """Return the first picture of an animation, as base64; nothing for what is none."""
    frames = _object(text).get("frames")
    return frames[0] if isinstance(frames, list) and frames and isinstance(frames[0], str) else ""


def _said(value: JSON, *, quoted: bool = False) -> str:
    """A plain value as text."""
    if isinstance(value, str) and not quoted:
        is_formula = _FORMULA.fullmatch(value) and len(value) <= LONGEST
        return formula(value[1:-1], value, display=False) if is_formula else html.escape(value[:LONGEST])
    return "" if value is None and not quoted else html.escape(json.dumps(value, ensure_ascii=False)[:LONGEST])


def _object(text: str) -> dict[str, JSON]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
