"""Plots that are drawn with less work look as matplotlib and Sage would have drawn them, to the byte."""

from __future__ import annotations

from .sage_case import NEEDS_SAGE, SageCase
from .support import printed

pytestmark = NEEDS_SAGE

# Axes, frames, scales, ticks and labels of all kinds: whatever takes part in the layout of a picture.
PLOTS = (
    "plot(sin(x), (x, 0, 6))",
    "plot(x^2, (x, 1, 2), frame=True, title='Ä $x^2$', axes_labels=['$x$', 'y'])",
    "plot(x^2, (x, 1, 2), axes_labels=['$x$', 'y'], title='above the labels')",
    "plot(exp(x), (x, 1, 9), scale='semilogy')",
    "plot(x, (x, 1, 100), scale='loglog', gridlines=True)",
    "plot(sin(x), (x, -3, 3), gridlines='minor', legend_label='a') + plot(cos(x), (x, -3, 3), legend_label='b')",
    "plot(sin(x), (x, 0, 7), ticks=pi/2, tick_formatter=pi)",
    "plot(x, (x, 0, 1), ticks=[[0, 1], []])",
    "plot(x*10^9, (x, 5, 6), frame=True)",
    "plot(lambda x: x + 1000000, 0, 1)",
    "plot(-x - 5, (x, -9, -2))",
    "plot(sin, 0, 5, flip_x=True, fontsize=8, figsize=[3, 2])",
    "plot(x, axes=False) + circle((0, 0), 1)",
    "bar_chart([1, 2, 3])",
    "graphs.PetersenGraph().plot()",
    "polar_plot(lambda t: t, 0, 6)",
    "text('hi', (1, 2)) + arrow((0, 0), (1, 1))",
    "contour_plot(lambda x, y: x*y, (-1, 1), (-1, 1), colorbar=True)",
    "Graphics()",
)
PREPARE = """import io, matplotlib, os, random
from sage.plot.graphics import _parse_figsize
from sagews.session.display.drawing import Drawing, measured_once
os.environ['SOURCE_DATE_EPOCH'] = '0'
matplotlib.rcParams['svg.hashsalt'] = 'the same names'
def drawn(plot, **options):
    plot.save('plot.svg', **options)
    return open('plot.svg').read()
def made(make):
    # Plots choose points at random, and remember artists of the figures on which they were drawn.
    random.seed("seed"); set_random_seed(1)
    return make()
def compare(told, make):
    size = made(make)._extra_kwds.get('figsize')
    figures = {} if size is None else {'figsize': _parse_figsize(size)}
    for tight in (True, False):
        once = drawn(made(make), fig_tight=tight, figure=Drawing(**figures))
        print(told, tight, drawn(made(make), fig_tight=tight) == once)
"""
PYPLOT = """import matplotlib.pyplot as plt
def figure():
    figure, (first, second) = plt.subplots(1, 2, sharey=True)
    first.plot([1, 2, 30]); first.set_title('left'); first.minorticks_on()
    second.set_xscale('log'); second.scatter([1, 10, 100], [1, 2, 3]); second.twinx().plot([5, 6])
    plt.colorbar(second.collections[0])
    plt.close(figure)
    return figure
def written(figure):
    into = io.BytesIO(); figure.savefig(into, format='svg', bbox_inches='tight'); return into.getvalue()
usual, once = figure(), figure()
with measured_once(once):
    kept = written(once)
print(written(usual) == kept, written(once) == kept)
"""


class TestDrawing(SageCase):
    """What is kept while a figure is saved."""

    def test_same_pictures(self) -> None:
        """A plot on the session's own figure is the same SVG as on matplotlib's, cut to its contents or not."""
        self.sage(PREPARE)
        told = printed(self.sage("\n".join(f"compare({plot!r}, lambda: {plot})" for plot in PLOTS)))
        expected = [f"{plot} {tight} True" for plot in PLOTS for tight in (True, False)]
        self.assertEqual(told.splitlines(), expected)

    def test_pyplot(self) -> None:
        """A figure of pyplot with several axes of all kinds is the same while its axes are measured once, and after."""
        self.sage(PREPARE)
        self.assertEqual(printed(self.sage(PYPLOT)), "True True\n")

    def test_wrong_size(self) -> None:
        """A size that is none is said by Sage itself, and the value's text is shown."""
        frames = self.sage("plot(sin, 0, 5, figsize=-1)")
        self.assertIn("figsize should be positive", printed(frames) + str(frames))
