"""Loads libraries and uses each once, so that a session's first use is fast and its memory shared.

Every import that a library puts off until its first use would cost each session again, in time and in private pages.
Interfaces that talk to a program of their own (gp, maxima, gap as objects) are imported but never started: their
processes would belong to the zygote.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import io
import os
import platform
import tempfile
import warnings
from typing import Any

from sagews.session.display import showing
from sagews.session.display.displayhook import stage
from sagews.session.evaluation import preparser, warned
from sagews.session.help import completion, inspection
from sagews.session.interact import namespace as interact_names
from sagews.session.magics import loading
from sagews.session.preload import gap_workspace, interfaces, sage_names

LAZY = (
    *("secrets", "linecache", "traceback", "inspect", "pydoc", "timeit", "asyncio", "subprocess", "shlex", "csv"),
    *("multiprocessing.pool", "concurrent.futures", "pickle", "decimal", "fractions", "statistics", "sqlite3"),
    *("numpy.random", "numpy.linalg", "numpy.fft", "numpy.polynomial", "IPython.display"),
)
TOLD_VERSIONS = ("numpy", "sympy", "matplotlib", "ipython", "passagemath-standard")
INTERFACES = ("gp", "maxima", "gap", "singular", "sympy", "interface", "expect", "sagespawn", "quit")
ENGINES = (
    "integrate(sin(x)^2, x)",
    "solve(x^2 == 2, x)",
    "limit(sin(x)/x, x=0)",
    "sum(1/n^2 for n in [1..10])",
    "taylor(exp(x), x, 0, 3)",
    "diff(x^x, x)",
    "find_root(cos(x) - x, 0, 1)",
    "factor(2^64 + 1)",
    "factor(x^4 - 1)",
    "prime_pi(1000)",
    "libgap.SymmetricGroup(4).ConjugacyClasses()",
    "SymmetricGroup(4).conjugacy_classes()",
    "matrix(RDF, [[1, 2], [3, 4]]).eigenvalues()",
    "matrix(QQ, [[1, 2], [3, 4]]).eigenvalues()",
    "matrix(ZZ, [[1, 2], [3, 4]]).smith_form()",
    "matrix(QQ, 2, [1, 2, 3, 4]).det()",
    "EllipticCurve('37a').rank()",
    "ideal(QQ['x,y'].gens()).groebner_basis()",
    "graphs.PetersenGraph().chromatic_number()",
    "NumberField(QQ['x'].gen()^2 + 23, 'a').class_number()",
    "desolve(diff(function('warm')(x), x) - 1, function('warm')(x), ivar=x)",
    "pari('factor(2^31-1)')",
    "GF(49, 'a').gen()",
    "[latex(x), latex(QQ), latex(matrix(2))]",
)


def warm_python(namespace: dict[str, Any]) -> None:
    """Load numpy, sympy, matplotlib, IPython's formatters and jedi, and use each."""
    for name in LAZY:
        importlib.import_module(name)
    import matplotlib

    matplotlib.use("module://sagews.session.display.figures")
    import matplotlib.pyplot
    import sympy

    from sagews.session.display import figures, films

    showing.install()
    warned.install()
    if stage.formatters is not None:
        stage.formatters.special.extend([figures.value, films.animation])
        symbol = sympy.Symbol("x")
        stage.formatters.bundle(sympy.integrate(sympy.sin(symbol) ** 2, symbol))
        stage.formatters.bundle([symbol, symbol**2])
    inspection.describe("complete", 1, vars(completion))
    namespace.update({**showing.OWN, **interact_names.PYTHON_NAMES})
    _plot_once(matplotlib.pyplot)
    import jedi

    # Its cache is no part of a person's files.
    jedi.settings.cache_directory = os.path.join(tempfile.gettempdir(), "sagews-jedi")
    completion.complete("import o", 8, namespace)
    completion.complete("'abc'.upp", 9, namespace)


def warm_sage(namespace: dict[str, Any]) -> None:
    """Load Sage, run its engines once, and put its names into the namespace."""
    import sage.all
    import sage.env

    from sagews.session.display import sage as sage_display

    own = {**showing.OWN, "view": sage_display.view, **interact_names.SAGE_NAMES}
    sage_names.install(sage.all, own)
    exec("from sage.all import *", namespace)  # noqa: S102 - the names that every Sage cell has
    for name in INTERFACES:
        importlib.import_module(f"sage.interfaces.{name}")
    loaded = {name: importlib.import_module(f"sage.interfaces.{name}") for name in ("expect", "gap", "singular")}
    interfaces.install((loaded["expect"].Expect, loaded["gap"].Gap, loaded["singular"].Singular))
    engine = gap_workspace.Making(loaded["gap"], sage.env.SAGE_EXTCODE)
    loading.install()
    from sage.repl.user_globals import set_globals

    set_globals(namespace)
    sage_display.install()
    interact_names.install_for_sage()
    importlib.import_module("sage.misc.session").init(namespace)
    _let_cython_compile()
    # After an interrupt it is so, and nothing that a person could act upon.
    warnings.filterwarnings("ignore", message="cypari2 leaked")
    scratch = dict(namespace)
    for text in (*ENGINES, "plot(sin(x), 0, 6)"):
        _show(text, scratch)
    inspection.describe("factor", 1, namespace)
    engine.finish()


def _let_cython_compile() -> None:
    """Let %%cython and `load` of .pyx files go without the C libraries of Sage.

    Sage's own list asks the machine for the headers of all of them, which its wheels do not bring; most cells of Cython
    want none, and what is missing is then missed by the compiler, by name.
    """
    module = importlib.import_module("sage.misc.cython")
    folders = module.sage_include_directories(use_sources=True)
    vars(module)["_standard_libs_libdirs_incdirs_aliases"] = lambda: ([], [], folders, {})


def evaluated(text: str, namespace: dict[str, Any]) -> Any:
    """Return the value of one expression in Sage's language."""
    return eval(preparser.preparsed(text), namespace)  # noqa: S307 - our own texts, above


def _show(text: str, scratch: dict[str, Any]) -> None:
    """Compute and format a value. An engine that fails here will say so in the cell that needs it."""
    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        if stage.formatters is not None:
            stage.formatters.bundle(evaluated(text, scratch))


def _plot_once(pyplot: Any) -> None:
    """Draw a figure with text and mathematics, which loads fonts and the PNG writer."""
    figure, axes = pyplot.subplots()
    axes.plot([1, 2, 3], label="$x^2$")
    axes.set_title("warm")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png", dpi=200, bbox_inches="tight")
    pyplot.close(figure)


def versions() -> dict[str, str]:
    """Return the versions of what cells use, by name."""
    found = {"python": platform.python_version()}
    for name in TOLD_VERSIONS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found
