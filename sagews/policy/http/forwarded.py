"""From where a request came, when a reverse proxy stands in front: believed from the proxies of the settings alone.

Anybody can write an X-Forwarded-For header, and the address decides how often a password may be tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Proxies = Sequence[IPv4Network | IPv6Network]

# A chain of proxies longer than this is nobody's; what stands further left is not looked at.
MOST_HOPS = 16


def parse_proxies(texts: Sequence[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return addresses and networks ("127.0.0.1", "10.0.0.0/8").

    Raises:
        ValueError: with a sentence.
    """
    return tuple(ip_network(text) for text in texts)


def is_proxy(address: str, proxies: Proxies) -> bool:
    """Whether an address is that of a proxy of the settings."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network for network in proxies)


def client_address(peer: str, forwarded: str | None, proxies: Proxies) -> str:
    """Return the address of a client.

    Args:
        peer: who connected.
        forwarded: the X-Forwarded-For header: each proxy adds whom it saw at its right end.
        proxies: whose word counts.

    Returns:
        the last address in the chain that is not a proxy's own; the chain ends where it holds no address.
    """
    current = peer
    for hop in reversed((forwarded or "").split(",")[-MOST_HOPS:]):
        if not is_proxy(current, proxies):
            break
        try:
            current = str(ip_address(hop.strip()))
        except ValueError:
            break
    return current
