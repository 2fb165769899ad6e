"""Where ipywidgets ask for Jupyter's kernel or page, and get this session's ways instead."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation.evaluator import flush_figures
from sagews.session.widgets.importing import after_import
from sagews.session.widgets.links import Links
from sagews.session.widgets.views import SessionWidgets

BASE = "ipywidgets.widgets.widget"


def install(widgets: SessionWidgets) -> None:
    """Let ipywidgets work in this session from the moment on in which somebody imports them."""
    links = Links(widgets.models, _widget)
    widgets.models.changed.append(links.changed)

    def comms(module: Any) -> None:
        # Not before somebody needs it: it is made of what that package has.
        importlib.import_module("sagews.session.widgets.comms").install(widgets.models)

    def base(module: Any) -> None:
        _show(module.Widget, widgets)

    def output(module: Any) -> None:
        _enter(module.Output, widgets)

    def interaction(module: Any) -> None:
        module.show_inline_matplotlib_plots = flush_figures

    after_import(
        {
            "comm": comms,
            BASE: base,
            "ipywidgets.widgets.widget_output": output,
            "ipywidgets.widgets.interaction": interaction,
        }
    )


def _widget(model: str) -> Any:
    module = sys.modules.get(BASE)
    return None if module is None else module._instances.get(model)


def _show(kind: type[Any], widgets: SessionWidgets) -> None:
    """Have the session show widgets, in place of a bundle that only a notebook's page understands."""

    def value(shown: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        if not isinstance(shown, kind) or stage.is_captured or shown._view_name is None:
            return None
        model = widgets.models.find(shown.model_id) if shown.comm is not None else None
        if model is None:
            return None
        try:
            widgets.show(model)
        except RuntimeError as error:
            return {"text/plain": f"{type(shown).__name__} is not shown. {error}"}, {}
        return {}, {}

    stage.widgets = widgets.display
    if stage.formatters is not None:
        stage.formatters.special.insert(0, value)


def _enter(kind: type[Any], widgets: SessionWidgets) -> None:
    """Have `with output:` send what is shown to where the widget stands."""

    def enter(self: Any) -> Any:
        widgets.outputs.enter(self)
        return self

    def leave(self: Any, kind: Any, problem: Any, trace: Any) -> bool:
        # As in a notebook the error is shown in the widget and what follows goes on; but Stop is for the cell.
        shown = isinstance(problem, Exception)
        try:
            if shown:
                widgets.problem(problem)
        finally:
            widgets.outputs.leave(self)
        return shown

    kind.__enter__ = enter
    kind.__exit__ = leave
