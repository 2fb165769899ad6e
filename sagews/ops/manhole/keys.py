"""Who may enter: public keys of a file, each with a name; there are no passwords. And the daemon's own key."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.conch.checkers import SSHPublicKeyChecker
from twisted.conch.ssh.keys import BadKeyError, Key
from twisted.cred.credentials import ISSHPrivateKey
from twisted.cred.error import UnauthorizedLogin

from sagews.errors import SagewsError
from sagews.net.private_files import Owner, write_private

MOST_BYTES = 256 * 1024
# Shorter ones of RSA can be broken by those who have means.
LEAST_RSA_BITS = 3072


@dataclass(frozen=True, slots=True)
class AuthorizedKeys:
    """Who may enter: the name of each key, which is its comment."""

    names: Mapping[bytes, str]

    def name_of(self, key: Key) -> str | None:
        """Return whose key it is, or None for a stranger's."""
        return self.names.get(key.blob())


def read_authorized(path: Path) -> AuthorizedKeys:
    """Read a file of public keys.

    Raises:
        SagewsError: `configuration` when it can't be read, when others may write it, when a line is no key, or holds
            options, which would not be kept here.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise _unfit(path, "others may write it: chmod go-w")
            text = file.read(MOST_BYTES + 1).decode("utf-8", "replace")
    except OSError as error:
        raise _unfit(path, f"it can't be read: {error.strerror}") from None
    if len(text) > MOST_BYTES:
        raise _unfit(path, "it is too large")
    names: dict[bytes, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(None, 2)
        if not words or words[0].startswith("#"):
            continue
        names[_key(path, number, line).blob()] = _printable(words[2] if len(words) > 2 else f"key {number}")
    if not names:
        raise _unfit(path, "it holds no key")
    return AuthorizedKeys(names)


def _key(path: Path, number: int, line: str) -> Key:
    try:
        key: Key = Key.fromString(line.strip().encode(), type="public_openssh")
    except (BadKeyError, ValueError, IndexError):
        raise _unfit(path, f"line {number} is no public key of OpenSSH without options") from None
    if key.type() == "DSA" or (key.type() == "RSA" and key.size() < LEAST_RSA_BITS):
        raise _unfit(path, f"the key in line {number} is too weak: make one with ssh-keygen -t ed25519")
    return key


def _printable(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name)[:100]


def _unfit(path: Path, reason: str) -> SagewsError:
    return SagewsError("configuration", reason=f"manhole.keys, {path}: {reason}")


def host_key(path: Path, owner: Owner | None) -> Key:
    """Return the daemon's own key, which operators know it by; made when it is not there.

    Raises:
        SagewsError: `configuration` when it can't be read or written.
    """
    try:
        if not path.exists():
            fresh = Key(Ed25519PrivateKey.generate())
            write_private(path, fresh.toString("openssh", subtype="v1"), owner)
        key: Key = Key.fromString(path.read_bytes())
    except (OSError, BadKeyError) as error:
        raise SagewsError("configuration", reason=f"{path}: the console's own key can't be read: {error}") from None
    return key


class KeyChecker(SSHPublicKeyChecker):
    """Lets those in who have a key, as the name of that key: what name they give themselves does not matter.

    Args:
        keys: who may enter.
    """

    credentialInterfaces = (ISSHPrivateKey,)

    def __init__(self, keys: AuthorizedKeys) -> None:
        self._keys = keys

    def _checkKey(self, key: Key, _credentials: Any) -> Key:
        if self._keys.name_of(key) is None:
            raise UnauthorizedLogin("this key may not enter")
        return key

    def _verifyKey(self, key: Key, credentials: Any) -> bytes:
        super()._verifyKey(key, credentials)
        return (self._keys.name_of(key) or "").encode()
