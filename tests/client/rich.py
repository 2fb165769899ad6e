"""Values with forms of their own, as a session sends them, for the fixture's session."""

from __future__ import annotations

import base64
import io
import json
import math
import struct
import wave

from tests.client import documented

ESC = "\x1b"


def sound() -> str:
    """Return a second of a tone, as base64 of WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", round(9000 * math.sin(n / 3))) for n in range(8000)))
    return base64.b64encode(file.getvalue()).decode()


PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n").decode()
TREE = {
    "curve": {"label": "37a1", "rank": 1, "torsion": [], "ainvs": [0, 0, 1, -1, 0]},
    "primes": list(range(250)),
    "minimal": True,
    "note": "the first curve of rank one",
    "regulator": 0.0511114082399688,
    "twists": None,
}
TABLE = json.dumps(
    {
        "columns": ["", "n", "a_n", "bound", "class"],
        "index": 1,
        "total": 1_000_000,
        "width": 5,
        "rows": [
            [
                n,
                n * n % 101,
                f"$\\displaystyle \\frac{{{n}}}{{{n + 1}}}$" if n < 30 else f"{n}/{n + 1}",
                2 * math.sqrt(n),
                "ab"[n % 2] * 3,
            ]
            for n in range(350)
        ],
    }
)
LOOKS = {1: "bold", 3: "italic", 4: "underlined", 7: "inverse", 9: "struck", 2: "dim"}
COLOURS = (
    " ".join(f"{ESC}[{code}m{look}{ESC}[0m" for code, look in LOOKS.items())
    + "\n"
    + "".join(f"{ESC}[{n}m {n} {ESC}[0m" for n in (*range(30, 38), *range(41, 48)))
    + "\n"
    + "".join(f"{ESC}[38;5;{n}mx{ESC}[0m" for n in range(16, 232, 3))
    + "\n"
    + "".join(f"{ESC}[38;2;255;{n};0m▪{ESC}[0m" for n in range(0, 256, 8))
    + "".join(f"{ESC}[48;2;{n};{n};80m {n:3d} {ESC}[0m" for n in range(0, 256, 40))
    + f"\nsee {ESC}]8;;https://www.sagemath.org{ESC}\\the site{ESC}]8;;{ESC}\\, or https://example.org/a?b=1.\n"
    + "".join(f"\r{n:3d}%|{'█' * (n // 4):25s}| {n}/100" for n in range(0, 71))
)
LONG = "".join(f"line {number} of the middle\n" for number in range(20_000)).encode()
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
)
FILES = [
    {"path": "data/primes.csv", "size": 720_000},
    {"path": "dot.png", "size": len(DOT)},
    {"path": "gone", "size": 1},
]
EQUATIONS = r"""By \eqref{eq:second} and $\ref{star}$, not \ref{nothing}:

\begin{align} a &= b \label{eq:first} \\ c &= d \label{eq:second} \end{align}

$$x = 1 \label{alone}$$

$$y = 2 \tag{*} \label{star}$$

From \ref{alone} follows $\begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}$."""
# A million bytes.
HUGE = " + ".join(f"\\frac{{{n}}}{{{n + 1}}} x^{{{n}}}" for n in range(34_000))
FORMS: dict[str, dict[str, object]] = {
    "factor?": {**documented.DOCUMENT},
    "factor??": {**documented.SOURCE_FORM},
    "equations": {"text/markdown": EQUATIONS, "text/plain": "equations"},
    "huge": {"text/latex": f"$\\displaystyle {HUGE}$", "text/plain": "the sum of " + "many terms, " * 90_000},
    "json": {"application/json": TREE, "text/plain": "<IPython.core.display.JSON object>"},
    "table": {"text/vnd.sagews.table": TABLE, "text/plain": "a table"},
    "audio": {"audio/wav": sound(), "text/plain": "tone.wav"},
    "files": {"text/vnd.sagews.files": json.dumps({"files": FILES, "more": 2}), "text/plain": "Files: …"},
    "pdf": {"application/pdf": PDF, "text/plain": "Paper"},
}
