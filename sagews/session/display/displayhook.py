"""display(), publish_display_data() and clear friends as user code calls them, bound to the cell that runs.

IPython's own functions want its shell, which is not here: ours take their places in IPython's modules, so that
`from IPython.display import display` and libraries that call it work.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from sagews.session.display import media, tables
from sagews.session.display.mime import Formatters, bounded_bundle
from sagews.session.output.output import SessionOutput
from sagews.wire.session.frames import DisplayFrame, ResultFrame


class Stage:
    """Where the running cell shows things. There is one for each process.

    Attributes:
        formatters: made in the zygote.
        output: None while nothing is connected; what is shown then is formatted and dropped.
        run: the id of the running cell's run.
    """

    def __init__(self) -> None:
        self.formatters: Formatters | None = None
        self.output: SessionOutput | None = None
        self.run = ""
        self._capturing: list[tuple[Any, Any]] | None = None

    @contextlib.contextmanager
    def captured(self, into: list[Any]) -> Iterator[None]:
        """Keep what is shown meanwhile as (data, metadata) in a list."""
        before, self._capturing = self._capturing, into
        try:
            yield
        finally:
            self._capturing = before

    def value(self, value: Any, last: bool) -> None:
        """Show the value of an expression."""
        if self.formatters is None:
            return
        data, metadata = self.formatters.bundle(value)
        if self._capturing is not None:
            self._capturing.append((data, metadata))
        elif self.output is not None and data:
            self.output.show(ResultFrame(self.run, data, metadata), now=not last)

    def display(self, value: Any) -> None:
        """Show an object now."""
        if self.formatters is not None:
            self.publish(*self.formatters.bundle(value))

    def publish(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Show a ready MIME bundle now."""
        fit, told = bounded_bundle(data, metadata)
        if self._capturing is not None:
            self._capturing.append((fit, told))
        elif self.output is not None and fit:
            self.output.show(DisplayFrame(self.run, fit, told))


stage = Stage()


class Shown:
    """What display(..., display_id=True) returns; an update is shown as one more output."""

    def __init__(self, display_id: str) -> None:
        self.display_id = display_id

    def display(self, obj: Any, **_: Any) -> None:
        """Show an object."""
        stage.display(obj)

    def update(self, obj: Any, **_: Any) -> None:
        """Show an object in place of the last one; here, below it."""
        stage.display(obj)


def display(*objs: Any, raw: bool = False, display_id: Any = None, **_: Any) -> Shown | None:
    """Show objects as the richest thing that they can be; raw ones are MIME bundles already."""
    for each in objs:
        if raw and isinstance(each, Mapping):
            stage.publish(each, {})
        else:
            stage.display(each)
    return Shown(str(display_id)) if display_id else None


def publish_display_data(data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None, **_: Any) -> None:
    """Show a MIME bundle."""
    stage.publish(data, metadata or {})


def update_display(obj: Any, **_: Any) -> None:
    """Show an object again."""
    stage.display(obj)


def clear_output(wait: bool = False) -> None:
    """Do nothing: what was shown stays."""


def install() -> None:
    """Put these functions where IPython's own are looked up, and prepare the formatters."""
    import IPython.core.display
    import IPython.core.display_functions
    import IPython.display

    for module in (IPython.display, IPython.core.display_functions, IPython.core.display):
        for function in (display, publish_display_data, update_display, clear_output):
            if hasattr(module, function.__name__):
                setattr(module, function.__name__, function)
    stage.formatters = Formatters()
    stage.formatters.special += [tables.frame, media.value]
