"""Certificates that somebody else made: the operator's for the site, those copied to a machine without an authority.

They are used as they are and never overwritten: who laid them there has the only other copy, and a new one of another
authority would be refused by every peer.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sagews.errors import SagewsError
from sagews.ops.folders import Layout
from sagews.ops.tls.authority import Files, require_private, role_of


def check_given(layout: Layout, role: str, now: datetime) -> Files | None:
    """Return the files that were laid into the folder of keys for a role; None where our own authority makes them.

    Raises:
        SagewsError: `configuration`, with what is missing or wrong with them.
    """
    files = Files(layout.keys / f"{role}.key", layout.keys / f"{role}.pem", layout.keys / "authority.pem")
    if not _foreign(layout):
        return None
    missing = [path.name for path in (files.key, files.certificate) if not path.exists()]
    if missing:
        reason = (
            f"{layout.keys} holds the certificate of another machine's authority, but no {' and no '.join(missing)}"
        )
        raise _refused(f"{reason}. Copy them there too, or move authority.pem away.")
    require_private(files.key)
    found = certificate_of(files, now)
    _check_issued(found, files)
    known = role_of(found)
    if known is None or known[0] != role:
        raise _refused(f"{files.certificate} is no certificate for a {role}.")
    return files


def _foreign(layout: Layout) -> bool:
    """Whether the authority's certificate beside the keys is that of another machine."""
    beside, own = layout.keys / "authority.pem", layout.authority / "authority.pem"
    if not beside.exists():
        return False
    return not own.exists() or own.read_bytes() != beside.read_bytes()


def certificate_of(files: Files, now: datetime) -> x509.Certificate:
    """Return a certificate whose key is beside it and that is good now.

    Raises:
        SagewsError: `configuration`, with which of the two is missing, unreadable, damaged, or does not fit.
    """
    try:
        certificate = x509.load_pem_x509_certificates(_read(files.certificate))[0]
    except ValueError:
        raise _refused(f"{files.certificate} holds no certificate in PEM form.") from None
    try:
        key = load_pem_private_key(_read(files.key), None)
    except (ValueError, TypeError):
        raise _refused(f"{files.key} holds no private key in PEM form without a password.") from None
    if key.public_key() != certificate.public_key():
        raise _refused(f"The key {files.key} does not belong to the certificate {files.certificate}.")
    if certificate.not_valid_after_utc < now:
        raise _refused(f"{files.certificate} was good until {certificate.not_valid_after_utc:%Y-%m-%d}. Renew it.")
    return certificate


def out_of_reach(path: str | None) -> bool:
    """Whether a file is there for others and not for this account: a key that belongs to root alone, for instance."""
    try:
        if path is not None:
            os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except PermissionError:
        return True
    except OSError:
        # Missing, or worse: whoever reads it says so.
        return False
    return False


def good_until(certificate: bytes) -> str:
    """Return the day on which the first certificate of a PEM file ends, as people write it."""
    return f"{x509.load_pem_x509_certificates(certificate)[0].not_valid_after_utc:%Y-%m-%d}"


def _check_issued(certificate: x509.Certificate, files: Files) -> None:
    try:
        authority = x509.load_pem_x509_certificate(_read(Path(str(files.authority))))
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        raise _refused(
            f"{files.certificate} was not issued by {files.authority}. Copy both from one machine."
        ) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refused(f"{path} can't be read: {error.strerror}.") from None


def _refused(reason: str) -> SagewsError:
    return SagewsError("configuration", reason=reason)
