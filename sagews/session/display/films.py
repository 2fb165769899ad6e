"""Pictures that move, as a page plays them: each picture by itself, so that one can stop, step and change the speed.

Beside them stands a GIF, for where nothing of ours shows them; where both are too much, a still picture.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageOps

from sagews.session.display.figures import SCALE
from sagews.session.display.mime import MAX_BUNDLE, Bundle

MIME = "text/vnd.sagews.film"
MAX_FRAMES = 200
MAX_SIDE = 2000
FRAME = 200
"""Milliseconds that a picture stands, as in Sage."""
# Of what may be shown at once: the rest is for the picture beside it.
_BYTES = MAX_BUNDLE * 3 // 4


def film(pictures: Sequence[Any], text: str, *, delay: int = FRAME, loop: bool = True, of: int | None = None) -> Bundle:
    """Return the bundle of pictures that follow each other.

    Args:
        pictures: images of PIL, drawn at SCALE; at least one.
        text: what it prints as.
        delay: milliseconds that each stands.
        loop: whether it begins again.
        of: how many there were, when these are some of them.
    """
    of = of or len(pictures)
    # Labels of axes make them differ by some pixels; a film has one size.
    size = _size(pictures)
    drawn = [ImageOps.pad(each.convert("RGB"), size, color="white") for each in pictures]
    drawn = [each.quantize(256, dither=Image.Dither.NONE) for each in drawn]
    frames = [_png(each) for each in drawn]
    step = 1
    while sum(map(len, frames[::step])) > _BYTES and step < len(frames):
        step += 1
    frames, drawn = frames[::step], drawn[::step]
    delay = max(20, min(round(delay * of / len(frames)), 60_000))
    size = size[0] // SCALE, size[1] // SCALE
    told = "" if len(frames) == of else f"{len(frames)} of its {of} frames are shown."
    film = {"frames": frames, "width": size[0], "height": size[1], "delay": delay, "loop": loop, "told": told}
    data: dict[str, Any] = {MIME: json.dumps(film, separators=(",", ":")), "text/plain": text}
    left = MAX_BUNDLE - len(data[MIME]) - len(text)
    moving = _gif(drawn, delay, loop)
    if len(moving) * 4 // 3 + 4 < left:
        data["image/gif"] = moving
    elif len(frames[0]) < left:
        data["image/png"] = frames[0]
    where = {"width": size[0], "height": size[1]}
    return data, {"image/gif": where, "image/png": where}


def _size(pictures: Sequence[Any]) -> tuple[int, int]:
    width, height = max(each.width for each in pictures), max(each.height for each in pictures)
    shrunk = min(1.0, MAX_SIDE / max(width, height))
    return max(SCALE, round(width * shrunk)), max(SCALE, round(height * shrunk))


def _png(picture: Any) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _gif(pictures: Sequence[Any], delay: int, loop: bool) -> bytes:
    file = io.BytesIO()
    small = [each.convert("RGB").reduce(SCALE).quantize(256, dither=Image.Dither.NONE) for each in pictures]
    again = {"loop": 0} if loop else {}
    small[0].save(file, "GIF", save_all=True, append_images=small[1:], duration=delay, **again)
    return file.getvalue()


def animation(value: Any) -> Bundle | None:
    """Return the bundle of an animation of matplotlib; its figure need not be shown again."""
    module = sys.modules.get("matplotlib.animation")
    if module is None or not isinstance(value, module.Animation):
        return None
    figure = value._fig
    frames: list[Any] = []
    for parts in value.new_saved_frame_seq():
        if not frames:
            value._init_draw()
        value._draw_next_frame(parts, blit=False)
        frames.append(_drawn(figure))
        if len(frames) >= MAX_FRAMES:
            break
    sys.modules["matplotlib.pyplot"].close(figure)
    if not frames:
        return None
    total = max(getattr(value, "_save_count", None) or 0, len(frames))
    delay, loop = int(getattr(value, "_interval", FRAME)), bool(getattr(value, "_repeat", True))
    bundle = film(frames, f"Animation of {len(frames)} frames", delay=delay, loop=loop)
    if total > len(frames):
        bundle[0]["text/plain"] += f", the first of {total}"
    return bundle


def _drawn(figure: Any) -> Any:
    file = io.BytesIO()
    largest = max(*figure.get_size_inches(), 0.1)
    figure.savefig(file, format="png", dpi=min(figure.dpi * SCALE, MAX_SIDE / largest))
    file.seek(0)
    return Image.open(file).convert("RGB")
