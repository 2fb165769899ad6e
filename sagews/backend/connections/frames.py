"""Websocket frames of the common kind (RFC 6455, section 5.2), without autobahn's general way through them.

A page sends a whole message in one small masked text frame, and gets one in one unmasked frame. Autobahn parses and
composes any frame that the standard knows in some forty calls and six objects; each evaluation passes there several
times. What is not of the common kind is left to it, byte by byte, so that everything is still refused where it refuses.
"""

from __future__ import annotations

TEXT = 0x81
PONG = 0x8A
MASKED = 0x80
HEADER = 2
MASK = 4
_SHORT = [bytes((TEXT, size)) for size in range(126)]


def text_frame(data: bytes) -> bytes:
    """Return a message as one unmasked text frame."""
    size = len(data)
    if size < 126:
        return _SHORT[size] + data
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + data
    return b"\x81\x7f" + size.to_bytes(8, "big") + data


def read_frames(data: bytes, most: int, count: int) -> tuple[list[bytes], int]:
    """Return the messages of the common frames that data begins with, and how many bytes those frames take.

    Common is: whole, final, masked, text of ASCII with no more than `most` bytes and less than 64 KiB, its length in
    the shortest form; or a pong without a payload. The first that is not common ends it, good or not.
    JSON of a page is nearly always ASCII; anything else must be held against UTF-8, which autobahn does.
    """
    messages: list[bytes] = []
    at, end = 0, len(data)
    while end - at >= HEADER + MASK and len(messages) < count:
        first, second = data[at], data[at + 1]
        if first == PONG and second == MASKED:
            at += HEADER + MASK
            continue
        size, start = second - MASKED, at + HEADER
        if size == 126:
            size = int.from_bytes(data[start : start + 2], "big")
            start += 2
            if size < 126:
                break
        if first != TEXT or not 0 < size <= most or second == 255 or end - start < MASK + size:
            break
        payload = _unmasked(data[start + MASK : start + MASK + size], data[start : start + MASK])
        if not payload.isascii():
            break
        messages.append(payload)
        at = start + MASK + size
    return messages, at


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    """Return the exclusive or of a payload and its mask, repeated; as whole numbers, which Python does in C."""
    size = len(payload)
    if mask == b"\0\0\0\0":
        return payload
    repeated = (mask * (size // MASK + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")
