"""Figures of plotly, altair and bokeh, drawn in the page by the libraries' own scripts."""
