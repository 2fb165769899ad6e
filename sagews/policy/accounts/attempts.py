"""How many sign-in attempts are let through, and under which keys they are counted.

Attempts are counted for an account as seen from one address, and for an address over all accounts; both, so that
neither guessing one password nor trying one password on many accounts gets far, and nobody can lock another out from
elsewhere. A browser in which somebody signed in before has a count of its own. An address that many people share is
not shut by one who guesses: beyond its bound each account has fewer attempts there, and they wait for each other. Only
ten times as many shut it, and then not for those browsers.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

from sagews.config.sign_in import SignInSection
from sagews.errors import SagewsError

DEFAULTS = SignInSection()
# Enough for who mistypes twice; whoever guesses has as few at each account as makes guessing hopeless.
CROWDED = 3
# Times the bound of an address beyond which one password is being tried on all accounts there are.
FLOODED = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """A hashed key and how many attempts it may have within so many seconds."""

    key: bytes
    most: int
    seconds: int

    def check(self, count: int) -> None:
        """Raise SagewsError `too-often` when this attempt is one too many."""
        if count > self.most:
            raise SagewsError("too-often", seconds=self.seconds)


def network(address: str) -> str:
    """Return what counts as one address: itself for IPv4, its /64 for IPv6, the text for anything else."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def account_limit(email: str, address: str, limits: SignInSection = DEFAULTS) -> Limit:
    """Return the limit of one account seen from one address."""
    return Limit(_key("account", email.casefold(), network(address)), limits.attempts, limits.minutes * 60)


def browser_limit(email: str, known: bytes, limits: SignInSection = DEFAULTS) -> Limit:
    """Return the limit of one account in a browser in which somebody signed in to it before.

    It is counted apart from the address: whoever tries passwords behind the same address keeps nobody out who has been
    in before.
    """
    return Limit(_key("browser", email.casefold(), known.hex()), limits.attempts, limits.minutes * 60)


def address_limit(address: str, limits: SignInSection = DEFAULTS) -> Limit:
    """Return the bound of one address over all accounts."""
    return Limit(_key("address", network(address)), limits.address_attempts, limits.minutes * 60)


def flooded_limit(address: str, limits: SignInSection = DEFAULTS) -> Limit:
    """Return the bound of one address beyond which no other browser may try; it is counted with `address_limit`."""
    bound = address_limit(address, limits)
    return Limit(bound.key, FLOODED * bound.most, bound.seconds)


def crowded_limit(email: str, address: str, limits: SignInSection = DEFAULTS) -> Limit:
    """Return the limit of one account seen from an address beyond its bound.

    Who knows the password gets in with the first of them, whatever others behind that address have tried.
    """
    key = _key("crowded", email.casefold(), network(address))
    return Limit(key, min(CROWDED, limits.attempts), limits.minutes * 60)


def _key(*parts: str) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(4, "big") + data)
    return digest.digest()
