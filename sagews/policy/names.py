"""The forms of what people type about themselves and their workspaces: names, addresses, settings, paths."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from sagews.errors import SagewsError
from sagews.model.accounts import User

OPERATOR = "operator"
FIRST_ADMINISTRATOR = "administrator"
MAX_NAME = 100
MAX_EMAIL = 254
MAX_SETTINGS = 50
MAX_SETTING = 1000
FIRST_PATH = "worksheet.sage.md"

_PROPERTY = re.compile(r"[a-z][a-z0-9_.-]{0,49}")
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f<>\"',;:\\()\[\]]{1,64}@[^\s@\x00-\x1f\x7f<>\"',;:\\()\[\]]{1,189}")
# Bidirectional and invisible characters make one name look like another's.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Categories Cc and Cs: fifty values of a thousand characters are looked at in one piece.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Of category Cf too, but words of Persian and Hindi need them.
_JOINERS = frozenset("\u200c\u200d")


def is_operator(user: User) -> bool:
    """Whether this is the built-in account of the command line.

    No account that a person makes or changes can get this name: `email` asks for an @.
    """
    return user.email == OPERATOR


def text(value: str, field: str, most: int) -> str:
    """Return a line of text for people, normalised (NFC) and without spaces around it.

    Raises:
        SagewsError: `bad-value` when it is empty, too long, or holds control, bidirectional or unpaired characters.
    """
    # Cut before it is normalised: one character can become eighteen, and the text is a stranger's.
    value = unicodedata.normalize("NFC", value[: most * 4]).strip()
    if not value:
        raise SagewsError("bad-value", field=field, reason="it is empty")
    if len(value) > most:
        raise SagewsError("bad-value", field=field, reason=f"it is longer than {most} characters")
    if any(unicodedata.category(c) in _REFUSED_CATEGORIES and c not in _JOINERS for c in value):
        raise SagewsError("bad-value", field=field, reason="it holds a character that can't be shown")
    return value


def person(value: str) -> str:
    """Return the name of a person, or raise SagewsError `bad-value`."""
    return text(value, "name", MAX_NAME)


def workspace(value: str) -> str:
    """Return the name of a workspace (shown only, never a path), or raise SagewsError `bad-value`."""
    return text(value, "name", MAX_NAME)


def email(value: str) -> str:
    """Return an email address without spaces around it, or raise SagewsError `bad-value`."""
    value = text(value, "email", MAX_EMAIL)
    # Letters of other scripts that look like Latin ones would let one person pass for another.
    if not value.isascii() or not _EMAIL.fullmatch(value):
        raise SagewsError("bad-value", field="email", reason="it is not an email address")
    return value


def settings(values: Mapping[str, str]) -> dict[str, str]:
    """Return settings of a person.

    Raises:
        SagewsError: `bad-value` for more than 50, a name of another form than `theme` or `editor.font`, a value of more
            than 1,000 characters or with control characters.
    """
    if len(values) > MAX_SETTINGS:
        raise SagewsError("bad-value", field="settings", reason=f"there are more than {MAX_SETTINGS}")
    for prop, value in values.items():
        if not _PROPERTY.fullmatch(prop):
            raise SagewsError("bad-value", field="settings", reason="the name of a setting has another form")
        if len(value) > MAX_SETTING or _CONTROL.search(value):
            raise SagewsError("bad-value", field=prop, reason="it is too long or can't be shown")
    if values.get("theme", "system") not in ("system", "light", "dark"):
        raise SagewsError("bad-value", field="theme", reason="it is none of system, light, dark")
    return dict(values)
