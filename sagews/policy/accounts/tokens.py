"""Secrets: how they are made, what is stored of them, and how long they live.

Cookies, origin secrets, tickets, links and personal tokens are all 256 random bits; the store holds SHA-256 of them
only (a hash without salt suffices for what nobody can guess), and they are compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

SECRET_BYTES = 32
LOGIN_LIFETIME = timedelta(days=30)
FIRST_LINK_LIFETIME = timedelta(minutes=30)
LINK_LIFETIME = timedelta(hours=24)
KNOWN_LIFETIME = timedelta(days=180)
TICKET_LIFETIME = timedelta(seconds=30)
TOKEN_LIFETIME = timedelta(days=365)
TOKEN_RENEWAL = timedelta(days=30)

_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """Return 256 random bits as 43 letters, digits, - and _."""
    return secrets.token_urlsafe(SECRET_BYTES)


def is_secret(text: object) -> bool:
    """Whether a text has the form of a secret; anything else needs no look into the store."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None


def hashed(secret: str) -> bytes:
    """Return what is stored of a secret: 32 bytes of SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def matches(secret: str, stored: bytes) -> bool:
    """Compare a secret with its stored hash in constant time."""
    return hmac.compare_digest(hashed(secret), stored)
