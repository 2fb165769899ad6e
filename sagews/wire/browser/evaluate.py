"""Single evaluations, for connections whose ticket names no workspace.

page → backend                                                      needs      answered by
  evaluate       request, flavour, source                            SCRATCH    output and run_state with document ""
"""

from __future__ import annotations

from sagews.wire.browser.base import MAX_MESSAGE, Code, Count, FromPage, Right, Short


class Evaluate(FromPage, frozen=True, tag="evaluate"):
    """Evaluates text in a fresh session of its own that ends with it; needs a ticket for evaluation."""

    longest = MAX_MESSAGE
    needs = Right.SCRATCH
    request: Count
    source: Code
    flavour: Short = "sage"
