"""Loads libraries and uses each once, so that a session's first use is fast and its memory shared."""

from __future__ import annotations

from typing import Any


def warm_python(namespace: dict[str, Any]) -> None:
    """Load numpy, sympy, matplotlib, IPython's formatters and jedi."""
    import matplotlib

    matplotlib.use("module://sagews.session.figures")
    import matplotlib.pyplot
    import numpy
    import sympy

    from sagews.session import figures, showing

    showing.install()
    if showing.stage.formatters is not None:
        showing.stage.formatters.special.append(figures.value)
    namespace["display"] = showing.display
