"""The private authority: what it issues, to whom, and who can read it; and what TLS makes of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from OpenSSL import SSL
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.net.private_files import write_private
from sagews.ops.folders import Layout
from sagews.ops.tls.authority import (
    Authority,
    Files,
    names_of,
    require_private,
    role_of,
    site_files,
)
from sagews.ops.tls.contexts import DaemonClient, DaemonServer, PromptTLS, SiteServer, identify
from sagews.ops.tls.given import check_given
from sagews.roles.certificates import make_keys

NOW = datetime.now(UTC)
HOSTS = ["127.0.0.1", "localhost", "::1"]


class CertificateTestCase(SynchronousTestCase):
    """An authority in a folder."""

    def setUp(self) -> None:
        """Make it."""
        self.folder = Path(self.mktemp())
        self.authority = self.made("authority", NOW)

    def made(self, name: str, now: datetime) -> Authority:
        """Return an authority at a time."""
        authority = Authority(self.folder / name, now)
        authority.ensure()
        return authority

    def at(self, now: datetime) -> Authority:
        """Return the same authority at another time."""
        return self.made("authority", now)

    def daemon(
        self, role: str, *, authority: Authority | None = None, folder: str = "", hosts: Sequence[str] = HOSTS
    ) -> Files:
        """Return a daemon's files."""
        return (authority or self.authority).daemon(self.folder / (folder or role), role, "one", hosts, None)

    def read(self, files: Files) -> x509.Certificate:
        """Return a certificate."""
        return x509.load_pem_x509_certificate(files.certificate.read_bytes())


class AuthorityTests(CertificateTestCase):
    """Issuing."""

    def test_what_stands_in_a_certificate(self) -> None:
        """A daemon's certificate names its role and its hosts, ends within a year, and can sign nothing."""
        found = self.read(self.daemon("worker"))
        self.assertEqual(role_of(found), ("worker", "one"))
        self.assertEqual(names_of(found), frozenset(["127.0.0.1", "localhost", "::1"]))
        self.assertLess(found.not_valid_after_utc - NOW, timedelta(days=366))
        self.assertFalse(found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)

    def test_modes(self) -> None:
        """Every file is readable by its owner alone."""
        self.daemon("worker")
        for path in self.folder.rglob("*.*"):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)

    def test_owner(self) -> None:
        """As root, a daemon's files go to the service account and the authority's key stays root's."""
        if os.geteuid() != 0:
            self.assertRaises(PermissionError, os.chown, self.folder, 65534, 65534)
            return
        files = self.authority.daemon(self.folder / "owned", "log", "one", HOSTS, (65534, 65534))
        self.assertEqual({files.key.stat().st_uid, files.certificate.stat().st_uid}, {65534})
        self.assertEqual((self.folder / "authority" / "authority.key").stat().st_uid, 0)

    def test_an_authority_is_made_once(self) -> None:
        """A second start finds the same authority and the same certificate."""
        before = self.daemon("worker").certificate.read_bytes()
        again = self.daemon("worker", authority=self.at(NOW + timedelta(days=300)))
        self.assertEqual(again.certificate.read_bytes(), before)

    def test_renewal(self) -> None:
        """A certificate that ends within thirty days is made anew, and so is one for other hosts."""
        before = self.read(self.daemon("worker"))
        later = self.read(self.daemon("worker", authority=self.at(NOW + timedelta(days=340))))
        self.assertGreater(later.not_valid_after_utc, before.not_valid_after_utc)
        other = self.read(self.daemon("worker", hosts=["example.org"]))
        self.assertEqual(names_of(other), frozenset(["example.org"]))

    def test_another_authority(self) -> None:
        """A certificate of an authority that was replaced is made anew."""
        before = self.daemon("worker").certificate.read_bytes()
        after = self.daemon("worker", authority=self.made("second", NOW)).certificate.read_bytes()
        self.assertNotEqual(before, after)

    def test_a_damaged_key(self) -> None:
        """A key that does not fit its certificate is made anew."""
        files = self.daemon("worker")
        write_private(files.key, b"not a key", None)
        self.assertNotEqual(self.daemon("worker").key.read_bytes(), b"not a key")

    def test_names(self) -> None:
        """Roles that do not exist and names with other characters are refused."""
        for role, name in (
            ("king", "one"),
            ("worker", "../one"),
            ("worker", "One"),
            ("worker", ""),
            ("worker", "a" * 64),
        ):
            error: Any = self.assertRaises(
                SagewsError, self.authority.daemon, self.folder / "x", role, name, HOSTS, None
            )
            self.assertEqual(error.code, "bad-value")

    def test_a_key_that_others_can_read(self) -> None:
        """An authority whose key is open to others is refused."""
        key = self.folder / "authority" / "authority.key"
        key.chmod(0o644)
        self.assertRaises(SagewsError, self.at, NOW)
        self.assertRaises(SagewsError, require_private, key)

    def laid_out(self) -> tuple[Layout, Files]:
        """Return the data folder of a machine without an authority, with a worker's files copied from another."""
        layout = Layout(self.folder / "data")
        files = self.authority.daemon(layout.keys, "worker", "one", HOSTS, None)
        return layout, files

    def test_files_from_elsewhere(self) -> None:
        """A machine without an authority uses the files that were laid there, and another role's are asked for."""
        self.assertIsNone(check_given(Layout(self.folder / "nothing"), "worker", NOW))
        layout, files = self.laid_out()
        self.assertEqual(check_given(layout, "worker", NOW), files)
        error = self.assertRaises(SagewsError, check_given, layout, "backend", NOW)
        self.assertIn("backend.key and no backend.pem", str(error))

    def test_bad_files_from_elsewhere(self) -> None:
        """Open keys, certificates that have ended, of another role or of another authority, are told and kept."""
        layout, files = self.laid_out()
        before = files.certificate.read_bytes()
        self.assertRaises(SagewsError, check_given, layout, "worker", NOW + timedelta(days=366))
        other = self.daemon("backend", folder="other")
        for name, mode, text in (
            ("worker.key", 0o640, None),
            ("worker.pem", 0o600, b"nonsense"),
            ("worker.key", 0o600, other.key.read_bytes()),
            ("authority.pem", 0o600, (self.made("second", NOW)).certificate.read_bytes()),
        ):
            path = layout.keys / name
            kept = path.read_bytes()
            path.write_bytes(kept if text is None else text)
            path.chmod(mode)
            self.assertRaises(SagewsError, check_given, layout, "worker", NOW)
            path.write_bytes(kept)
            path.chmod(0o600)
        self.assertEqual(check_given(layout, "worker", NOW), files)
        self.assertEqual(files.certificate.read_bytes(), before)

    def test_never_overwritten(self) -> None:
        """A start with copied certificates makes no authority and changes none of the files."""
        layout, files = self.laid_out()
        kept = {path: path.read_bytes() for path in layout.keys.iterdir()}
        made = make_keys(Settings(), layout, ("worker",), (os.geteuid(), os.getegid()))
        self.assertEqual(made.daemons["worker"], files)
        self.assertEqual({path: path.read_bytes() for path in layout.keys.iterdir()}, kept)
        self.assertFalse(layout.authority.exists())

    def test_the_sites_own(self) -> None:
        """The self-signed certificate is kept until it soon ends or its names change."""
        first = site_files(self.folder / "site", ["localhost"], None, NOW)
        text = first.certificate.read_bytes()
        self.assertEqual(site_files(self.folder / "site", ["localhost"], None, NOW).certificate.read_bytes(), text)
        self.assertIsNone(role_of(self.read(first)))
        for hosts, now in ((["localhost"], NOW + timedelta(days=340)), (["other"], NOW)):
            self.assertNotEqual(site_files(self.folder / "site", hosts, None, now).certificate.read_bytes(), text)


class HandshakeTests(CertificateTestCase):
    """Who is let in."""

    def shake(self, server: SSL.Connection, client: SSL.Connection) -> None:
        """Carry a handshake in memory; raises SSL.Error when a side refuses the other."""
        server.set_accept_state()
        client.set_connect_state()
        client.set_tlsext_host_name(b"localhost")
        done: set[SSL.Connection] = set()
        for _ in range(10):
            for side, other in ((client, server), (server, client)):
                try:
                    side.do_handshake()
                    done.add(side)
                except SSL.WantReadError:
                    pass
                try:
                    other.bio_write(side.bio_read(1 << 16))
                except SSL.WantReadError:
                    pass
        self.assertEqual(len(done), 2)

    def connect(
        self, peer: Files, *, accepts: Sequence[str] = ("worker",), expects: str = "backend", host: str = "127.0.0.1"
    ) -> SSL.Connection:
        """Connect a client with these files to a backend; return the server's side."""
        server = DaemonServer(self.daemon("backend"), accepts).serverConnectionForTLS(None)  # type: ignore[arg-type]
        client = DaemonClient(peer, expects, host).clientConnectionForTLS(None)  # type: ignore[arg-type]
        self.shake(server, client)
        return server

    def trusting(self, files: Files) -> Files:
        """Return the files with our authority's certificate to trust."""
        return Files(files.key, files.certificate, self.authority.certificate)

    def test_a_worker_and_a_backend(self) -> None:
        """Both have the right roles: they connect, with TLS 1.3, and the server sees who it is."""
        server = self.connect(self.daemon("worker"))
        self.assertEqual(server.get_protocol_version_name(), "TLSv1.3")

        class Transport(StringTransport):
            def getPeerCertificate(self) -> Any:
                """Return what TLS saw."""
                return server.get_peer_certificate()

        self.assertEqual(identify(Transport()), ("worker", "one"))

    def test_wrong_roles(self) -> None:
        """Another role of the same authority is refused, on either side."""
        self.assertRaises(SSL.Error, self.connect, self.daemon("frontend"))
        self.assertRaises(SSL.Error, self.connect, self.daemon("worker"), expects="log")

    def test_a_rogue_authority(self) -> None:
        """The right role of another authority is refused."""
        rogue = self.daemon("worker", authority=self.made("rogue", NOW), folder="rogue-worker")
        self.assertRaises(SSL.Error, self.connect, self.trusting(rogue))

    def test_an_expired_one(self) -> None:
        """A certificate that has ended, and one that has not begun, are refused."""
        for days in (-800, 800):
            files = self.daemon("worker", authority=self.at(NOW + timedelta(days=days)), folder=f"worker{days}")
            self.assertRaises(SSL.Error, self.connect, files)

    def test_another_host(self) -> None:
        """A backend's certificate for another host is refused by who dialled."""
        self.assertRaises(SSL.Error, self.connect, self.daemon("worker"), host="10.0.0.1")

    def test_none(self) -> None:
        """A client without a certificate is refused, and a self-signed one is too."""
        own = site_files(self.folder / "own", ["localhost"], None, NOW)
        self.assertRaises(SSL.Error, self.connect, self.trusting(own))
        server = DaemonServer(self.daemon("backend"), ["worker"]).serverConnectionForTLS(None)  # type: ignore[arg-type]
        client = SSL.Connection(SSL.Context(SSL.TLS_METHOD), None)
        self.assertRaises(SSL.Error, self.shake, server, client)

    def test_a_peer_without_identity(self) -> None:
        """A transport without TLS has no identity."""
        error: Any = self.assertRaises(SagewsError, identify, StringTransport())
        self.assertEqual(error.code, "forbidden")

    def test_the_site_refuses_old_versions(self) -> None:
        """The site speaks TLS 1.2 and 1.3 and nothing older."""
        site = SiteServer(site_files(self.folder / "site", ["localhost"], None, NOW))
        for version, good in ((SSL.TLS1_1_VERSION, False), (SSL.TLS1_2_VERSION, True), (SSL.TLS1_3_VERSION, True)):
            context = SSL.Context(SSL.TLS_METHOD)
            context.set_min_proto_version(SSL.TLS1_VERSION)
            context.set_max_proto_version(version)
            context.set_cipher_list(b"ALL:@SECLEVEL=0")
            sides = site.serverConnectionForTLS(None), SSL.Connection(context, None)  # type: ignore[arg-type]
            if good:
                self.shake(*sides)
            else:
                self.assertRaises(SSL.Error, self.shake, *sides)

    def test_files_that_do_not_fit(self) -> None:
        """A certificate with another's key is a fault of the settings, said in one line."""
        mixed = Files(self.daemon("worker").key, self.daemon("backend").certificate)
        self.assertRaises(SagewsError, SiteServer, mixed)

    def test_no_delay_comes_first(self) -> None:
        """The delay of small packets is switched off before the first byte of the handshake."""
        order: list[str] = []

        class Transport(StringTransport):
            def setTcpNoDelay(self, enabled: bool) -> None:
                """Remember."""
                order.append(f"no delay {enabled}")

        class Recording(PromptTLS):
            def connectionMade(self) -> None:
                """Remember."""
                order.append("connected")

        self.patch(PromptTLS.__mro__[1], "makeConnection", lambda tls, transport: order.append("handshake"))
        Recording(None, None).makeConnection(Transport())  # type: ignore[arg-type]
        self.assertEqual(order, ["no delay True", "handshake"])
