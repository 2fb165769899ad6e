"""The grammar as a whole: every message of every feature module in this folder, and how one is read.

A new feature is a new module here; nothing needs to be entered anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from sagews.discovery import modules
from sagews.errors import SagewsError
from sagews.wire import browser
from sagews.wire.browser.base import MAX_MESSAGE, FromPage, ToPage
from sagews.wire.session import checks

# What is as short as this is parsed in microseconds, whatever it is.
SHORT = 4096
_BEGINS = re.compile(rb'\s*\{\s*"type"\s*:\s*"([a-z_]{1,40})"')


def _declared(base: type) -> tuple[type[Any], ...]:
    """Return the messages of the feature modules below a base, in the order of their names on the wire."""
    found = set()
    # This module is being imported itself; the others import only what stands before them.
    for module in modules(browser, but=__name__):
        found |= {value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base)}
    return tuple(sorted(found - {base}, key=tag_of))


def tag_of(message: Any) -> str:
    """Return the "type" of a message or of a class of messages."""
    return str(message.__struct_config__.tag)


PAGE_MESSAGES: tuple[type[FromPage], ...] = _declared(FromPage)
SERVER_MESSAGES: tuple[type[ToPage], ...] = _declared(ToPage)


class Grammar:
    """Reads messages of pages.

    Args:
        messages: the classes that are known; a tag belongs to one of them.
    """

    def __init__(self, messages: Iterable[type[FromPage]]) -> None:
        messages = list(messages)
        # A decoder of the union finds the class by its tag itself, in C.
        self._decode = msgspec.json.Decoder(reduce(or_, messages)).decode
        self._longest = {tag_of(message): message.longest for message in messages}
        self._counted = {tag_of(message) for message in messages if message.counted}

    def parse(self, data: bytes) -> FromPage:
        """Return the typed message in one text frame.

        Raises:
            SagewsError: `too-large` or `bad-message`; the reason names the field, never its value.
        """
        if len(data) > MAX_MESSAGE:
            raise SagewsError("too-large", limit=MAX_MESSAGE)
        if len(data) > SHORT:
            self._check(data)
        try:
            message: FromPage = self._decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SagewsError("bad-message", reason=str(error)[:200]) from None
        return message

    def _check(self, data: bytes) -> None:
        """Refuse what is longer than its kind may be, or holds too many values, before anything of it is parsed."""
        begins = _BEGINS.match(data)
        if begins is None:
            raise SagewsError("bad-message", reason="a long message has to begin with its type")
        kind = begins[1].decode()
        longest = self._longest.get(kind, SHORT)
        if len(data) > longest:
            raise SagewsError("too-large", limit=longest)
        if kind in self._counted:
            checks.nodes(data)


parse_page_message = Grammar(PAGE_MESSAGES).parse
