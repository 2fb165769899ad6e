"""Widgets that hold others, one behind the other or one at a time; their children are named by the tree (tree.py)."""

from __future__ import annotations

from typing import Any

from sagews.session.widgets.translation.kinds import Form, Kind, State, text

_FLOWS = {"HBoxModel": "row", "BoxModel": "row", "VBoxModel": "column", "GridBoxModel": "grid"}
_SHAPES = {"TabModel": "tab", "AccordionModel": "accordion", "StackModel": "stack"}


def _flow(state: State) -> Form:
    return {"flow": _FLOWS[str(state["_model_name"])]}


def _pages(state: State) -> Form:
    children, titles = state.get("children") or (), list(state.get("titles") or ())
    named = [text(titles[place]) if place < len(titles) else "" for place in range(len(children))]
    return {"shape": _SHAPES[str(state["_model_name"])], "titles": named}


def _page(state: State) -> Any:
    index = state.get("selected_index")
    return index if isinstance(index, int) and 0 <= index < len(state.get("children") or ()) else None


def _as_page(wire: Any, state: State) -> Form:
    return {"selected_index": wire}


KINDS = {
    **{name: Kind("box", _flow, valued=False, described=False) for name in _FLOWS},
    **{name: Kind("pages", _pages, _page, _as_page, described=False) for name in _SHAPES},
}
