"""From a plot to its bundle: the scene, the still picture of it, and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.session.display.mime import MAX_BUNDLE, Bundle
from sagews.session.display.scenes.reading import scene_of
from sagews.session.display.scenes.scene import MIME
from sagews.session.display.scenes.still import picture


def bundle_of(plot: Any, given: Mapping[str, Any], text: str) -> Bundle | None:
    """Return the bundle of a Graphics3d, or None for one in which there is nothing to draw.

    Args:
        plot: the plot.
        given: options of `show`.
        text: what the plot prints as.
    """
    scene = scene_of(plot, given)
    if scene is None:
        return None
    png, width, height = picture(scene)
    data: dict[str, Any] = {"image/png": png, "text/plain": text}
    told = scene.text()
    if len(told) + len(png) * 4 // 3 + len(text) < MAX_BUNDLE - 200:
        data[MIME] = told
    else:
        data["text/plain"] = f"{text}, as a picture: it is too large to be turned"
    return data, {"image/png": {"width": width, "height": height}}
