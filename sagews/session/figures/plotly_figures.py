"""Figures of plotly: as values, by display() and by fig.show(). Nothing of plotly is imported before somebody does."""

from __future__ import annotations

import sys
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.display.mime import Bundle
from sagews.session.figures.bundle import figure_bundle
from sagews.session.figures.plain import number

# Renderers that a person may name and that mean what is done anyway.
_OURS = ("", "plotly_mimetype", "jupyterlab", "notebook", "notebook_connected", "vscode", "colab", "cocalc", "iframe",
         "iframe_connected", "browser")  # fmt: skip
_PICTURES = ("png", "jpeg", "jpg", "svg", "pdf", "json")
_COERCED = ("IntegerValidator", "NumberValidator", "DataArrayValidator", "AnyValidator", "AngleValidator")


def value(figure: Any) -> Bundle | None:
    """Return the bundle of a figure; None for anything else."""
    library = sys.modules.get("plotly.basedatatypes")
    # A FigureWidget is a widget, and shows itself as one.
    if library is None or not isinstance(figure, library.BaseFigure) or hasattr(figure, "comm"):
        return None
    return _bundle(figure, {})


def _bundle(figure: Any, config: dict[str, Any]) -> Bundle:
    from plotly.io._json import to_json_plotly

    made = figure.to_dict()
    made["config"] = config
    made["plain_look"] = _is_default(made)
    source = to_json_plotly(made, engine="json")
    scripts = {f"plotly-{sys.modules['plotly'].__version__}": _script}
    return figure_bundle("plotly", source, scripts, _words(figure))


def _script() -> str:
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    return script


def _is_default(figure: dict[str, Any]) -> bool:
    """Whether a figure looks as plotly's do unless a person says otherwise: a dark page may then adapt it."""
    templates = sys.modules["plotly.io"].templates
    layout = figure.get("layout", {})
    return layout.get("template") == templates["plotly"].to_plotly_json() and not {
        "paper_bgcolor", "plot_bgcolor"
    } & set(layout)  # fmt: skip


def _words(figure: Any) -> str:
    """Describe a figure."""
    kinds = list(dict.fromkeys(str(each.type) for each in figure.data))
    title = figure.layout.title.text
    return f"Figure of plotly ({', '.join(kinds) or 'empty'}){f': {title}' if title else ''}"


def complete_renderers(module: Any) -> None:
    """Have `fig.show()` and `plotly.io.show(fig)` show figures here, whatever else they are asked for."""
    others = module.show

    def show(fig: Any, renderer: str | None = None, validate: bool = True, **how: Any) -> None:
        if (renderer or "") not in _OURS or (renderer is None and module.renderers.default in _PICTURES):
            others(fig, renderer=renderer, validate=validate, **how)
            return
        figure = fig if hasattr(fig, "to_dict") else sys.modules["plotly.graph_objects"].Figure(fig)
        size = {name: number(how[name]) for name in ("width", "height") if how.get(name) is not None}
        if size:
            figure = sys.modules["plotly.graph_objects"].Figure(figure).update_layout(**size)
        stage.publish(*_bundle(figure, how.get("config") or {}))

    show.__doc__ = others.__doc__
    module.show = show


def complete_validators(module: Any) -> None:
    """Let figures take Sage's numbers and vectors where they ask for numbers."""
    for name in _COERCED:
        kind = getattr(module, name, None)
        if kind is not None:
            kind.validate_coerce = _coercing(kind.validate_coerce)


def _coercing(own: Any) -> Any:
    def validate_coerce(self: Any, value: Any, *others: Any, **named: Any) -> Any:
        return own(self, number(value), *others, **named)

    return validate_coerce


AFTER = {"plotly.io._renderers": complete_renderers, "_plotly_utils.basevalidators": complete_validators}
