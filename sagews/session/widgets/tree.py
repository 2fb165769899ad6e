"""The controls that show a widget and all that stands in it, as pages are told them (wire/session/widgets.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagews.errors import SagewsError
from sagews.session.widgets.models import Model, Models
from sagews.session.widgets.translation.kinds import CannotShow, Kind, text
from sagews.session.widgets.translation.looks import look_of
from sagews.session.widgets.translation.table import BUTTON, KINDS, OUTPUT
from sagews.wire.fields import Fields
from sagews.wire.session.control_parts import MAX_LABEL
from sagews.wire.session.interact import MAX_BODY, MAX_LABELS_IN_ALL, read_control, size_of
from sagews.wire.session.interact_values import checked
from sagews.wire.session.widget_values import ONLY_SHOWN, WITHOUT_VALUE
from sagews.wire.session.widgets import MAX_WIDGETS

TOO_MANY = f"These are more than {MAX_WIDGETS} widgets in one: show them in several."
TOO_LARGE = (
    f"The texts and pictures of these widgets are more than {MAX_BODY // 1024} KB together: show them in several."
)
ELSEWHERE = "What this Output holds is shown by another cell."
# What stands where nothing does; no name of a control is empty.
NOTHING = ""

Form = dict[str, Any]


@dataclass(slots=True)
class ShownTree:
    """A tree as it is now.

    Attributes:
        controls: in the order in which one comes to them.
        values: by the names of the controls.
        root: the name of the first.
        members: ids of all models that it is made of, layouts and styles included.
    """

    controls: list[Form] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    root: str = NOTHING
    members: set[str] = field(default_factory=set)

    @property
    def settable(self) -> bool:
        """Whether there is anything that somebody can set."""
        return any(control["kind"] not in ONLY_SHOWN for control in self.controls)

    @property
    def forms(self) -> Form:
        """What pages are told of it."""
        return {"controls": self.controls, "layout": {"root": self.root}, "values": self.values}


class Tree:
    """What is shown of one widget.

    Args:
        models: all there are.
        root: the id of the widget's model.
        area_of: returns the area in which what an Output holds stands, None where there is none.

    Attributes:
        presses: how often each button was pressed, by the names of their controls.
    """

    def __init__(self, models: Models, root: str, area_of: Callable[[Model], int | None]) -> None:
        self._models = models
        self.root = root
        self._area_of = area_of
        # Names stay for as long as this is shown, so that what has the keyboard keeps it.
        self._names: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self.presses: dict[str, int] = {}

    def model(self, name: str) -> Model | None:
        """Return the model of a control."""
        return self._models.find(self._by_name.get(name))

    def models(self) -> list[Model]:
        """Return the widgets in it, each once, the outer ones first; more than there may be are left out."""
        found: dict[str, Model] = {}
        waiting = [self._models.find(self.root)]
        while waiting and len(found) <= MAX_WIDGETS:
            model = waiting.pop(0)
            # One may stand in itself, and in several others.
            if model is not None and model.id not in found:
                found[model.id] = model
                waiting.extend(self._models.all_of(model.state.get("children")))
        return list(found.values())

    def shown(self) -> ShownTree:
        """Return it as it is now; what can't be shown is a sentence that says so."""
        models = self.models()
        shown = ShownTree(members={model.id for model in models})
        if len(models) > MAX_WIDGETS:
            return self._note(shown, TOO_MANY)
        if not models:
            return shown
        labels = 0
        for model in models:
            control, value = self._read(model)
            labels += len(control.get("labels", ()))
            if labels > MAX_LABELS_IN_ALL:
                control, value = self._said(model, f"There are more than {MAX_LABELS_IN_ALL} choices in these widgets.")
            shown.controls.append(control)
            if control["kind"] not in WITHOUT_VALUE:
                shown.values[control["name"]] = value
            for part in (model.state.get("layout"), model.state.get("style")):
                if (found := self._models.find(part)) is not None:
                    shown.members.add(found.id)
        shown.root = self._name(models[0])
        return self._note(shown, TOO_LARGE) if size_of(shown.forms) > MAX_BODY - 1024 else shown

    def traits(self, name: str, wire: Any) -> Mapping[str, Any]:
        """Return what a value that somebody has set means for the widget; raises KeyError where there is none."""
        model = self.model(name)
        if model is None:
            raise KeyError(name)
        return KINDS[model.name].traits(wire, model.state)

    def _read(self, model: Model) -> tuple[Form, Any]:
        if model.name == OUTPUT:
            area = self._area_of(model)
            if area is None:
                return self._said(model, ELSEWHERE)
            return self._control(model, "area", {"area": area}), None
        kind = KINDS.get(model.name)
        if kind is None:
            return self._said(model, f"{_kind_of(model)} can't be shown here.")
        try:
            return self._checked(model, kind)
        except CannotShow as error:
            return self._said(model, f"{_kind_of(model)} can't be shown: {error}")
        except (SagewsError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return self._said(model, f"{_kind_of(model)} can't be shown: its state is not what it should be.")

    def _checked(self, model: Model, kind: Kind) -> tuple[Form, Any]:
        form = kind.form(model.state)
        if kind.control in ("box", "pages"):
            form["children"] = [self._name(each) for each in self._models.all_of(model.state.get("children"))]
        control = self._control(model, kind.control, form, kind)
        if not kind.valued:
            return control, None
        value = self.presses.get(control["name"], 0) if model.name == BUTTON else kind.value(model.state)
        return control, checked(control, value)

    def _control(self, model: Model, kind: str, form: Form, described: Kind | None = None) -> Form:
        label = text(model.state.get("description"), MAX_LABEL) if described is not None and described.described else ""
        look = look_of(model.state, self._models)
        made = {"name": self._name(model), "kind": kind, "label": label, **form, **({"look": look} if look else {})}
        return read_control(Fields(made))

    def _said(self, model: Model, sentence: str) -> tuple[Form, None]:
        return {"name": self._name(model), "kind": "note", "label": "", "text": text(sentence)}, None

    def _note(self, shown: ShownTree, sentence: str) -> ShownTree:
        note = {"name": "note", "kind": "note", "label": "", "text": sentence}
        return ShownTree([note], {}, "note", shown.members)

    def _name(self, model: Model) -> str:
        name = self._names.get(model.id)
        if name is None:
            name = self._names[model.id] = str(len(self._names) + 1)
            self._by_name[name] = model.id
        return name


def _kind_of(model: Model) -> str:
    """Return what people call a kind of widget: FileUpload, or bqplot.Figure."""
    module = str(model.state.get("_model_module") or "")
    name = model.name.removesuffix("Model") or "A widget of its own kind"
    return text(name if module.startswith("@jupyter-widgets/") else f"{module}.{name}", 200)
