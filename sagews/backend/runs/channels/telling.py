"""Tells everybody who watches that a channel opened or closed: by itself, however large those beside it are."""

from __future__ import annotations

from sagews.backend.events.stream import EventStream
from sagews.model.runs import Run
from sagews.wire.browser.channels import ChannelClosed, ChannelOpened, OpenChannel


def tell_opened(stream: EventStream, run: Run, opened: OpenChannel) -> None:
    """Tell that a channel of a run is open."""
    stream.emit(ChannelOpened(run.document, stream.epoch, stream.next_number, run.id, opened))


def tell_closed(stream: EventStream, run: Run, channel: int, *, stays: bool = False) -> None:
    """Tell that nobody hears a channel any more; one that `stays` is still looked at."""
    stream.emit(ChannelClosed(run.document, stream.epoch, stream.next_number, run.id, channel, stays))
