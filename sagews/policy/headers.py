"""The security headers of both origins."""

from __future__ import annotations

from collections.abc import Sequence

HSTS = "max-age=31536000"

COMMON: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
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
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)

# The page of another origin has to be able to show the frame, so its resource policy is open.
CONTENT: tuple[tuple[str, str], ...] = (*COMMON, ("Cross-Origin-Resource-Policy", "cross-origin"))

NOTHING_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"


def shell_policy(site: str, websocket: str, content: str, sockets: Sequence[str] = ()) -> str:
    """Return the Content-Security-Policy of the shell page.

    Args:
        site: the page's own origin.
        websocket: the address of the websocket.
        content: the origin of untrusted content, the only one that may be framed.
        sockets: origins of further websockets, for instance "wss://b1.example".
    """
    socket_origin = websocket.rpartition("/")[0]
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", site, socket_origin, *sockets)),
            f"frame-src {content}",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "webrtc 'block'",
        )
    )


def frame_policy(site_origins: Sequence[str]) -> str:
    """Return the Content-Security-Policy of the frame for untrusted HTML, which only our own pages may embed."""
    return "; ".join(
        (
            "sandbox allow-scripts",
            "default-src 'none'",
            "script-src 'unsafe-inline'",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "font-src data:",
            "media-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {' '.join(site_origins)}",
            "webrtc 'block'",
        )
    )
