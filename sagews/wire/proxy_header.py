r"""The header by which a TCP proxy says for whom it connects (HAProxy's PROXY protocol, versions 1 and 2).

version 1    "PROXY TCP4 <client> <us> <port> <port>\r\n" or "PROXY UNKNOWN …\r\n", at most 107 bytes
version 2    signature (12), version and command (1), family (1), length (2), then addresses and more

Neither can begin an HTTP request or a TLS handshake, so that a connection without the header is told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
FIRST = b"PROXY "
LONGEST_LINE = 107
# Addresses and the few fields that a proxy may add; ours need 36.
LONGEST_BLOCK = 1024
_FIXED = 16
_LOCAL, _PROXIED = 0x20, 0x21
_WIDTHS = {1: 4, 2: 16}


class MalformedHeader(Exception):
    """What begins like a header and is none."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """A header.

    Attributes:
        client: the address for which the proxy connects; None where it speaks for itself.
        length: bytes of the header.
    """

    client: str | None
    length: int


def parse_proxy_header(data: bytes) -> ProxyHeader | None:
    """Return the header at the beginning of a connection, of length 0 where there is none; None: more has to come.

    Raises:
        MalformedHeader: for a header of another form or length.
    """
    if data.startswith(SIGNATURE):
        return _second(data)
    if data.startswith(FIRST):
        return _first(data)
    undecided = SIGNATURE.startswith(data) or FIRST.startswith(data)
    return None if undecided else ProxyHeader(None, 0)


def _first(data: bytes) -> ProxyHeader | None:
    line, end, _ = data[:LONGEST_LINE].partition(b"\r\n")
    if not end:
        if len(data) >= LONGEST_LINE:
            raise MalformedHeader
        return None
    words = line.split(b" ")
    length = len(line) + 2
    if words[1:2] == [b"UNKNOWN"]:
        return ProxyHeader(None, length)
    if len(words) != 6 or words[1] not in (b"TCP4", b"TCP6"):
        raise MalformedHeader
    return ProxyHeader(_address(words[2].decode("latin-1")), length)


def _second(data: bytes) -> ProxyHeader | None:
    if len(data) < _FIXED:
        return None
    command, family, size = data[12], data[13] >> 4, int.from_bytes(data[14:16])
    if command not in (_LOCAL, _PROXIED) or size > LONGEST_BLOCK:
        raise MalformedHeader
    if len(data) < _FIXED + size:
        return None
    width = _WIDTHS.get(family)
    if command == _LOCAL or width is None:
        return ProxyHeader(None, _FIXED + size)
    if size < 2 * width + 4:
        raise MalformedHeader
    return ProxyHeader(str(ip_address(data[_FIXED : _FIXED + width])), _FIXED + size)


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise MalformedHeader from None
