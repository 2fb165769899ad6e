"""The private certificate authority: one for an installation, a certificate with a role in it for every daemon.

It is used while the daemon still has the rights that it was started with. The authority's key belongs to root (or to
the user) alone, so no process that listens on a network can read it; each daemon's own key belongs to the service
account. A role stands in the certificate as the URI `sagews://role/<role>/<name>`.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sagews.errors import SagewsError
from sagews.net.private_files import Owner, write_private

AUTHORITY_LIFE = timedelta(days=3650)
LIFE = timedelta(days=365)
# Certificates are looked at when a daemon starts, which may be seldom.
RENEW_BEFORE = timedelta(days=30)
# Clocks of machines differ; a certificate from the future is refused.
BACKDATED = timedelta(minutes=5)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
ROLES = ("frontend", "backend", "worker", "log")
_URI = re.compile(r"sagews://role/([a-z]+)/([a-z0-9][a-z0-9-]{0,62})")


@dataclass(frozen=True, slots=True)
class Files:
    """Where a key, its certificate and the authority's certificate lie, as PEM."""

    key: Path
    certificate: Path
    authority: Path | None = None


class Authority:
    """The private CA.

    Args:
        folder: of its key and its certificate, readable by its owner alone.
        now: the time, UTC.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder = folder
        self._now = now
        self._files = Files(folder / "authority.key", folder / "authority.pem")

    @property
    def certificate(self) -> Path:
        """The authority's certificate."""
        return self._files.certificate

    def ensure(self) -> None:
        """Make the authority if there is none; two daemons that start at once make one.

        Raises:
            SagewsError: `configuration` when its key can be read by others.
        """
        with _locked(self._folder):
            if not self._files.key.exists() or not self._files.certificate.exists():
                self._make()
        require_private(self._files.key)

    def _make(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sage Workspaces private authority")])
        builder = _builder(key, name, name, self._now, AUTHORITY_LIFE)
        # Length 0: it signs daemons and no further authority.
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(authority=True), critical=True)
        # The key first: a certificate whose key was never written could not be told from one that was stolen.
        write_private(self._files.key, _key_text(key), None, make_folder=True)
        write_private(self._files.certificate, _text(builder.sign(key, hashes.SHA256())), None, make_folder=True)

    def daemon(self, folder: Path, role: str, name: str, hosts: Sequence[str], owner: Owner | None) -> Files:
        """Return a daemon's key and certificate; a new one where there is none, it soon ends, or its hosts differ.

        Args:
            folder: where it lies.
            role: one of ROLES.
            name: of the daemon, `[a-z0-9-]`.
            hosts: names and addresses under which it is dialled.
            owner: uid and gid of the files; None: of this process.

        Raises:
            SagewsError: `bad-value` for a role or name of another form.
        """
        if role not in ROLES or not NAME.fullmatch(name):
            raise SagewsError("bad-value", field="name", reason="a daemon's name is made of a-z, 0-9 and -")
        files = Files(folder / f"{role}.key", folder / f"{role}.pem", folder / "authority.pem")
        with _locked(self._folder):
            authority = x509.load_pem_x509_certificate(self._files.certificate.read_bytes())
            if not self._holds(files, authority, (role, name), hosts):
                self._issue(files, authority, (role, name), hosts, owner)
        return files

    def _holds(self, files: Files, authority: x509.Certificate, who: tuple[str, str], hosts: Sequence[str]) -> bool:
        """Whether a certificate is there, ours, of this daemon and these hosts, and good for a while."""
        found = _read_certificate(files)
        if found is None or found.not_valid_after_utc - self._now < RENEW_BEFORE:
            return False
        try:
            # The authority may have been made anew since.
            found.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return role_of(found) == who and names_of(found) == _canonical(hosts)

    def _issue(
        self,
        files: Files,
        authority: x509.Certificate,
        who: tuple[str, str],
        hosts: Sequence[str],
        owner: Owner | None,
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        uri = x509.UniformResourceIdentifier(f"sagews://role/{who[0]}/{who[1]}")
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{who[0]} {who[1]}"[:64])])
        builder = _leaf(_builder(key, subject, authority.subject, self._now, LIFE), [uri, *_names(hosts)])
        signer = load_pem_private_key(self._files.key.read_bytes(), None)
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise SagewsError("configuration", reason=f"{self._files.key} is not the key of the authority.")
        write_private(files.key, _key_text(key), owner, make_folder=True)
        write_private(files.certificate, _text(builder.sign(signer, hashes.SHA256())), owner, make_folder=True)
        if files.authority is not None:
            write_private(files.authority, _text(authority), owner, make_folder=True)


def site_files(folder: Path, hosts: Sequence[str], owner: Owner | None, now: datetime) -> Files:
    """Return a self-signed certificate for the site, a new one where there is none or it soon ends.

    Args:
        folder: where it lies.
        hosts: the names and addresses of the site.
        owner: uid and gid of the files; None: of this process.
        now: the time, UTC.
    """
    files = Files(folder / "site.key", folder / "site.pem")
    found = _read_certificate(files)
    if found is not None and found.not_valid_after_utc - now > RENEW_BEFORE and names_of(found) == _canonical(hosts):
        return files
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sage Workspaces")])
    builder = _leaf(_builder(key, name, name, now, LIFE), _names(hosts))
    write_private(files.key, _key_text(key), owner, make_folder=True)
    write_private(files.certificate, _text(builder.sign(key, hashes.SHA256())), owner, make_folder=True)
    return files


def role_of(certificate: x509.Certificate) -> tuple[str, str] | None:
    """Return the role and the name in a certificate, or None if it has not exactly one."""
    found = [
        match for uri in _alternatives(certificate, x509.UniformResourceIdentifier) if (match := _URI.fullmatch(uri))
    ]
    return (found[0][1], found[0][2]) if len(found) == 1 else None


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """Return the host names and addresses in a certificate."""
    addresses = (str(address) for address in _alternatives(certificate, x509.IPAddress))
    return frozenset([*_alternatives(certificate, x509.DNSName), *addresses])


def _alternatives(certificate: x509.Certificate, kind: type[x509.GeneralName]) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [name.value for name in found if isinstance(name, kind)]


def _read_certificate(files: Files) -> x509.Certificate | None:
    """Return a certificate that is there with its key; None if it has to be made."""
    try:
        found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = load_pem_private_key(files.key.read_bytes(), None)
    except (OSError, ValueError):
        return None
    # A crash between the two files leaves a new key beside an old certificate.
    return found if key.public_key() == found.public_key() else None


def _builder(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _leaf(builder: x509.CertificateBuilder, names: Sequence[x509.GeneralName]) -> x509.CertificateBuilder:
    # Both: a backend is dialled by workers and dials the collector.
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    return [_name(host) for host in sorted(_canonical(hosts))]


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _canonical(hosts: Sequence[str]) -> frozenset[str]:
    return frozenset(canonical(host) for host in hosts)


def canonical(host: str) -> str:
    """Return a host name or an address in the one form in which it is compared."""
    bare = host.strip("[]").lower()
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _text(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def require_private(path: Path) -> None:
    """Raise `configuration` unless only its owner can read a file; without root the owner has to be us or root."""
    status = path.stat()
    foreign = os.geteuid() != 0 and status.st_uid not in (os.geteuid(), 0)
    if foreign or stat.S_IMODE(status.st_mode) & 0o077:
        raise SagewsError("configuration", reason=f"Others can read {path}. Run: chmod 600 {path}")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the authority's folder, so that two daemons that start at once wait for each other."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
