"""All kinds of widgets that can be shown, by the names of their models."""

from __future__ import annotations

from collections.abc import Mapping

from sagews.session.widgets.translation import choices, holders, numbers, texts
from sagews.session.widgets.translation.kinds import Kind

KINDS: Mapping[str, Kind] = {**numbers.KINDS, **choices.KINDS, **texts.KINDS, **holders.KINDS}
OUTPUT = "OutputModel"
BUTTON = "ButtonModel"
