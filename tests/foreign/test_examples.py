"""Sage's own examples, each as a cell: a bounded sample of what `make foreign` runs, without the daemon around it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sagews.wire.session.frames import FromSession
from tests.foreign import outputs
from tests.foreign.__main__ import WANTED, ask_sage
from tests.foreign.tutorial import FACTS
from tests.session.sage_case import NEEDS_SAGE, SageCase

pytestmark = NEEDS_SAGE
DOCSTRINGS, AT_LEAST = 9, 600


def pieces(frames: list[FromSession]) -> list[tuple[str, dict[str, Any]]]:
    """Return frames as a page gets them: kind and body."""
    return [(type(frame).__name__.removesuffix("Frame").lower(), asdict(frame)) for frame in frames]


class ForeignTests(SageCase):
    """What Sage's documentation promises, a cell shows."""

    def test_the_judge_is_strict(self) -> None:
        """Another value, a missing or another error, and a lost session do not pass; harmless forms do."""
        right = [
            ("1 + 1", "2\n", {"got": "2\n", "error": None}),
            ("d", "{1: 2, 3: 4}\n", {"got": "{3: 4, 1: 2}\n", "error": None}),
            (
                "1/0",
                "Traceback (most recent call last):\n...\nZeroDivisionError: no\n",
                {"got": "", "error": "ZeroDivisionError: no"},
            ),
            ("RR(1)  # abs tol 1e-1", "1.0\n", {"got": "1.05\n", "error": None}),
        ]
        wrong = [
            ("1 + 1", "2\n", {"got": "3\n", "error": None}),
            ("1 + 1", "2\n", {"got": "", "error": "NameError: x"}),
            ("1/0", "Traceback (most recent call last):\n...\nValueError: no\n", {"got": "", "error": "KeyError: no"}),
            ("1/0", "Traceback (most recent call last):\n...\nValueError: no\n", {"got": "5\n", "error": None}),
            ("1 + 1", "2\n", {}),
        ]
        examples = [{"source": source, "want": want, **found} for source, want, found in right + wrong]
        (judged,) = ask_sage("judge", [{"area": "a", "name": "n", "examples": examples}])
        same = [example["verdict"] == "same" for example in judged["examples"]]
        self.assertEqual(same, [True] * len(right) + [False] * len(wrong))

    def test_a_first_hour(self) -> None:
        """One session, in which each cell builds upon those before."""
        examples = [{"source": source, "want": want} for source, want in FACTS]
        for example in examples:
            example.update(outputs.shown(pieces(self.sage(example["source"]))))
        (judged,) = ask_sage("judge", [{"area": "tutorial", "name": "tutorial", "examples": examples}])
        self.assertEqual([example for example in judged["examples"] if example["verdict"] != "same"], [])

    def test_examples_show_what_their_docstrings_promise(self) -> None:
        """Of what Sage's own doctest machinery passes in this environment."""
        docstrings = ask_sage("collect", {"seed": 1, "docstrings": DOCSTRINGS, "areas": []})
        for docstring in docstrings:
            session = self.zygote.session()
            session.run(outputs.PREAMBLE, "sage")
            for example in docstring["examples"]:
                example.update(outputs.shown(pieces(session.run(example["source"].rstrip("\n"), "sage"))))
            session.close()
        judged = ask_sage("judge", docstrings)
        counted = outputs.judged(judged)
        asked, passed = (sum(counts[key] for counts in counted.values()) for key in ("Sage", "cells"))
        told = "\n".join(f"{name}: {example}" for name, example in outputs.differing(judged))
        self.assertGreaterEqual(asked, AT_LEAST)
        self.assertGreaterEqual(100 * passed, WANTED * asked, f"{outputs.table(counted)}\n{told}")
