"""Widgets of texts: those that are typed, those that only stand there, and pictures."""

from __future__ import annotations

import base64

from sagews.session.widgets.translation.kinds import CannotShow, Form, Kind, State, long_text, text
from sagews.session.widgets.translation.numbers import live
from sagews.wire.session.widget_values import MAX_PICTURE, MAX_TEXT
from sagews.wire.session.widgets import MAX_ROWS, PICTURES

# What ipywidgets has in place of none.
_NO_PLACEHOLDER = "\u200b"


def _placeholder(state: State) -> Form:
    found = text(state.get("placeholder"))
    return {"placeholder": found} if found not in ("", _NO_PLACEHOLDER) else {}


def _line(state: State) -> Form:
    return {"rows": 1, **_placeholder(state), "live": live(state) == {}}


def _lines(state: State) -> Form:
    return {**_line(state), "rows": min(max(int(state.get("rows") or 3), 2), MAX_ROWS)}


def _text(state: State) -> str:
    return long_text(state.get("value"), MAX_TEXT)


def _combo(state: State) -> Form:
    options = [text(each) for each in state.get("options") or ()]
    if len(options) > 1000:
        raise CannotShow(f"It has {len(options)} options, and at most 1000 can be shown.")
    # What is typed may be of no option while it is being typed: the widget itself refuses it.
    return {"options": options, "strict": bool(state.get("ensure_option"))}


def _picture(state: State) -> Form:
    kind = str(state.get("format") or "png").lower().replace("jpg", "jpeg").replace("svg+xml", "svg")
    if kind not in PICTURES:
        raise CannotShow(f"Pictures of the format {text(kind, 20)} can't be shown: use {', '.join(PICTURES)}.")
    return {"format": kind}


def _bytes(state: State) -> str:
    data = base64.b64encode(bytes(state.get("value") or b"")).decode()
    if len(data) > MAX_PICTURE:
        most = MAX_PICTURE * 3 // 4 // 1024
        raise CannotShow(
            f"This picture has {len(data) * 3 // 4 // 1024} KB, and an Image widget shows at most {most} KB: "
            "show it in an Output widget."
        )
    return data


def _titled(state: State) -> Form:
    return {"text": text(state.get("description"))}


KINDS = {
    "TextModel": Kind("text", _line, _text),
    "TextareaModel": Kind("text", _lines, _text),
    "PasswordModel": Kind("secret", value=_text),
    "ComboboxModel": Kind("combo", _combo, _text),
    "ButtonModel": Kind("button", _titled, described=False),
    "LabelModel": Kind("caption", value=_text),
    "HTMLModel": Kind("markup", lambda state: {"math": False}, _text),
    "HTMLMathModel": Kind("markup", lambda state: {"math": True}, _text),
    "ImageModel": Kind("picture", _picture, _bytes, described=False),
}
