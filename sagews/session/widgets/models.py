"""What the widgets of a session say of themselves: a copy of each one's state, as its comm has sent it.

Nothing here asks a widget anything: what it has sent can be read by any thread, at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

REFERENCE = "IPY_MODEL_"
"""Before the id of a model, where the state of one names another."""


class Comm(Protocol):
    """The session's end of what a widget speaks over."""

    comm_id: str

    def handle_msg(self, msg: Any) -> None:
        """Take what a page has said."""


class Model:
    """One widget, or a part of one: its layout, its style.

    Attributes:
        state: what it has sent last, by the names of its traits; binary values are bytes.
        version: counts its changes.
    """

    __slots__ = ("comm", "id", "state", "version")

    def __init__(self, comm: Comm, state: dict[str, Any]) -> None:
        self.comm = comm
        self.id = comm.comm_id
        self.state = state
        self.version = 0

    @property
    def name(self) -> str:
        """Which kind of widget it is: IntSliderModel."""
        return str(self.state.get("_model_name", ""))

    def take(self, changes: Mapping[str, Any]) -> None:
        """Note values that its traits have now."""
        self.state.update(changes)
        self.version += 1

    def set(self, changes: Mapping[str, Any]) -> None:
        """Give its widget values, as a page does; what observes them is called. Runs user code."""
        self.take(changes)
        self._say({"method": "update", "state": dict(changes), "buffer_paths": []})

    def custom(self, content: Mapping[str, Any]) -> None:
        """Tell its widget of something that is no value, such as a click. Runs user code."""
        self._say({"method": "custom", "content": dict(content)})

    def _say(self, data: Mapping[str, Any]) -> None:
        self.comm.handle_msg({"content": {"comm_id": self.id, "data": data}, "metadata": {}, "buffers": []})


class Models:
    """All of one session.

    Attributes:
        changed: are called with a model and the names of what has changed, or None when it is gone.
    """

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}
        self.changed: list[Callable[[Model, Iterable[str] | None], None]] = []

    def find(self, reference: object) -> Model | None:
        """Return the model that a value names: its id, or a reference to it."""
        return self._models.get(reference.removeprefix(REFERENCE)) if isinstance(reference, str) else None

    def all_of(self, references: object) -> Iterator[Model]:
        """Yield the models that a list names."""
        for each in references if isinstance(references, (list, tuple)) else ():
            if (model := self.find(each)) is not None:
                yield model

    def opened(self, comm: Comm, data: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """A widget is made."""
        model = Model(comm, with_buffers(data, buffers))
        self._models[model.id] = model
        self._tell(model, model.state)

    def said(self, comm: Comm, data: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """A widget says that its state has changed; what it says beside that is for scripts of a page."""
        model = self._models.get(comm.comm_id)
        if model is not None and data.get("method") == "update":
            changes = with_buffers(data, buffers)
            model.take(changes)
            self._tell(model, changes)

    def closed(self, comm: Comm) -> None:
        """A widget is closed, or nobody holds it any more."""
        model = self._models.get(comm.comm_id)
        if model is not None and model.comm is comm:
            del self._models[comm.comm_id]
            self._tell(model, None)

    def _tell(self, model: Model, changes: Iterable[str] | None) -> None:
        for each in self.changed:
            each(model, changes)


def with_buffers(data: Mapping[str, Any], buffers: Sequence[Any]) -> dict[str, Any]:
    """Return a state with the binary values that are values of traits; those within others are left out."""
    state = dict(data.get("state") or {})
    for path, buffer in zip(data.get("buffer_paths") or (), buffers, strict=False):
        if len(path) == 1:
            state[str(path[0])] = bytes(buffer)
    return state
