"""Sound and films of IPython's display classes as their bytes, which the page plays by the browser's own controls.

IPython writes HTML for them, which would be as long and needs a frame; a film that is only named, by its file, can't be
reached from a page at all.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import Any

from sagews.model.sizes import size_text
from sagews.session.display.mime import MAX_BUNDLE, Bundle

# Base64 makes four bytes of three.
MAX_BYTES = MAX_BUNDLE * 3 // 4 - 64 * 1024
# The browser asks for the kind of file before it looks at its bytes.
_KINDS = {
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "video/x-m4v": "video/mp4",
    "video/quicktime": "video/mp4",
}


def value(obj: Any) -> Bundle | None:
    """Return the bundle of a sound or film; None for anything else, and for one at an address elsewhere."""
    kind = type(obj)
    if kind.__module__ not in ("IPython.lib.display", "IPython.core.display") or kind.__name__ not in (
        "Audio",
        "Video",
    ):
        return None
    data = _bytes(obj)
    if data is None:
        return None
    mime = str(getattr(obj, "mimetype", None) or "")
    if not mime.startswith(("audio/", "video/")):
        mime = "audio/wav" if kind.__name__ == "Audio" else "video/mp4"
    mime = _KINDS.get(mime, mime)
    told = os.path.basename(str(obj.filename)) if obj.filename else kind.__name__
    if len(data) > MAX_BYTES:
        return {"text/plain": f"{told}: {size_text(len(data))}. At most {size_text(MAX_BYTES)} are played here."}, {}
    size = {name: number for name in ("width", "height") if isinstance(number := getattr(obj, name, None), int)}
    return {mime: base64.b64encode(data).decode(), "text/plain": told}, {mime: size}


def _bytes(obj: Any) -> bytes | None:
    if isinstance(obj.data, bytes):
        return obj.data
    if isinstance(obj.data, str) and obj.data and not obj.filename:
        try:
            return base64.b64decode(obj.data, validate=True)
        except binascii.Error:
            return None
    name = obj.filename or (obj.url if getattr(obj, "url", None) and os.path.isfile(obj.url) else None)
    if not name:
        return None
    try:
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None
