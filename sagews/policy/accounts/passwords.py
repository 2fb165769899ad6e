"""Passwords: their bounds, and argon2id with parameters that may grow.

The functions are slow on purpose (tens of milliseconds, 64 MiB); callers run them in threads, few at a time.
"""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from sagews.errors import SagewsError

LEAST = 10
MOST = 1024


def check_password(password: str) -> str:
    """Return a password that may be set.

    Raises:
        SagewsError: `weak-password` for fewer than 10 or more than 1,024 characters, or text that UTF-8 can't hold.
    """
    if not LEAST <= len(password) <= MOST or not _encodable(password):
        raise SagewsError("weak-password", least=LEAST, most=MOST)
    return password


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Passwords:
    """Hashes and verifies with argon2id.

    Args:
        hasher: with other parameters, for tests; by default the library's current recommendation.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = PasswordHasher() if hasher is None else hasher
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return the hash to be stored."""
        return self._hasher.hash(password)

    def verify(self, password: str, stored: str | None) -> bool:
        """Whether the password is right; without a stored hash it is wrong after just as long a time."""
        if not _encodable(password) or len(password) > MOST:
            password, stored = "", None
        try:
            self._hasher.verify(self._nobody if stored is None else stored, password)
        except (Argon2Error, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's and should be made again."""
        return self._hasher.check_needs_rehash(stored)
