"""Cells that are texts to be shown: Markdown, HTML, LaTeX, JavaScript, SVG."""

from __future__ import annotations

from sagews.session.display import words
from sagews.session.display.displayhook import stage
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import Printed, mode


@mode("md", "markdown")
def show_markdown(_shell: Shell, text: str) -> None:
    """Show prose."""
    text = text.strip("\n")
    stage.publish({"text/markdown": text, "text/plain": text}, {})


@mode("html", "HTML")
def show_html(_shell: Shell, text: str) -> None:
    """Show HTML in a frame of its own origin, or, where it is no more than a text with formulas, as that."""
    text = text.strip("\n")
    stage.publish({**words.html_bundle(text, dollars=True), "text/plain": text}, {})


@mode("latex")
def show_latex(_shell: Shell, text: str) -> None:
    """Show a formula, or words with formulas between them."""
    stage.publish(*words.latex_bundle(text.strip("\n")))


@mode("javascript", "js")
def run_javascript(_shell: Shell, text: str) -> None:
    """Run a script on an empty page of its own origin, which is all that a script of a session may touch."""
    # A `</script` inside of the text would end it early; in JavaScript the backslash changes nothing.
    safe = text.strip("\n").replace("</", "<\\/")
    stage.publish({"text/html": f"<script>\n{safe}\n</script>", "text/plain": text}, {})


@mode("raw")
def show_raw(_shell: Shell, text: str) -> Printed:
    """Show the text as it is."""
    return Printed(text)


@mode("svg", "SVG")
def show_svg(_shell: Shell, text: str) -> None:
    """Show a drawing."""
    text = text.strip("\n")
    stage.publish({"image/svg+xml": text, "text/plain": "Drawing"}, {})
