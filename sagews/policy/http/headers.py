"""The security headers of both origins."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

# Without includeSubDomains: other services of the domain are not ours to decide for.
HSTS = "max-age=31536000"

COMMON: tuple[tuple[str, str], ...] = (
    # Or a text file that somebody uploaded could run as a script.
    ("X-Content-Type-Options", "nosniff"),
    # Addresses hold ids of workspaces, which no other site needs to learn from a link.
    ("Referrer-Policy", "no-referrer"),
    ("X-DNS-Prefetch-Control", "off"),
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), "
        "payment=(), usb=()",
    ),
)

SITE: tuple[tuple[str, str], ...] = (
    *COMMON,
    # A page that opened ours could otherwise navigate it away and look whether somebody is signed in.
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)

# The page of another origin has to be able to show the frame, so its resource policy is open.
# The empty list of connections closes what no Content-Security-Policy reaches: WebRTC, preconnect, look-ups of names,
# and the connection that a browser opens for a navigation before it finds out that it must not go there.
CONTENT: tuple[tuple[str, str], ...] = (
    *COMMON,
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Connection-Allowlist", "()"),
)

_SCRIPTS = re.compile(rb"<script>(.*?)</script>", re.DOTALL)

NOTHING_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


_WORKER_POLICY = NOTHING_POLICY.removesuffix("; sandbox")


def file_policy(name: str) -> str:
    """Return the Content-Security-Policy of a built file: it may do nothing.

    The worker's lacks the sandbox, since browsers start no worker from an answer that asks for one; it may load and
    reach nothing all the same.
    """
    return _WORKER_POLICY if name.startswith("worker-") else NOTHING_POLICY


def shell_policy(site: str, websocket: str, content: str) -> str:
    """Return the Content-Security-Policy of the shell page.

    Args:
        site: the page's own origin.
        websocket: the address of the websocket.
        content: the origin of untrusted content, the only one that may be framed.
    """
    socket_origin = websocket.rpartition("/")[0]
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            # KaTeX and CodeMirror set styles on elements; a style can't run anything.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            # What outputs play is in the page's own memory.
            "media-src blob:",
            f"connect-src 'self' {site} {socket_origin}",
            f"frame-src {content}",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            # Text becomes HTML in one place of the client only; everywhere else the browser refuses it.
            "require-trusted-types-for 'script'",
        )
    )


def frame_policy(site_origins: Sequence[str], page: bytes) -> str:
    """Return the Content-Security-Policy of the frame for untrusted HTML, which only our own pages may embed.

    No inline script runs but the page's own, known by its hash, which evaluates the scripts of what it is given. So a
    document that untrusted HTML makes inside of the frame, with a WebRTC of its own that no policy closes in every
    browser, runs nothing.

    Args:
        site_origins: the origins whose pages may embed the frame.
        page: the frame's page as it is sent.
    """
    scripts = " ".join(f"'sha256-{_digest(text)}'" for text in _SCRIPTS.findall(page))
    return "; ".join(
        (
            # Without allow-same-origin, so an origin that nothing shares: no cookie, no storage, no call in somebody's
            # name.
            "sandbox allow-scripts",
            "default-src 'none'",
            f"script-src {scripts} 'unsafe-eval'" if scripts else "script-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "font-src data:",
            "media-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {' '.join(site_origins)}",
        )
    )


def _digest(text: bytes) -> str:
    return base64.b64encode(hashlib.sha256(text).digest()).decode("ascii")
