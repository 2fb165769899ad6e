"""A running daemon reads its settings again: by SIGHUP and by `sagews reload`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from twisted.trial.unittest import SynchronousTestCase

from sagews.ops.tls.authority import Files, site_files
from tests.e2e.running import RunningDaemon

pytestmark = pytest.mark.slow


class ReloadingDaemonTests(SynchronousTestCase):
    """A daemon with the operator's certificate, which the service account may read."""

    def setUp(self) -> None:
        """Start it with a quota that is not the default."""
        self.daemon = RunningDaemon()
        self.addCleanup(self.daemon.remove)
        self.files = self.certificate("tls", "math.example.org")
        site = f'certificate = "{self.files.certificate}"\nkey = "{self.files.key}"\n'
        text = self.daemon.settings.read_text(encoding="utf-8")
        self.text = text.replace("[site]\n", "[site]\n" + site)
        self.daemon.settings.write_text(f"{self.text}[user_quota]\nworkspaces = 7\n", encoding="utf-8")
        self.config = ("--config", str(self.daemon.settings))
        self.daemon.start()

    def certificate(self, folder: str, name: str) -> Files:
        """Make a certificate whose key others may read, as a group of the service account would."""
        shutil.rmtree(self.daemon.folder / folder, ignore_errors=True)
        files = site_files(self.daemon.folder / folder, [name], None, datetime.now(UTC))
        files.key.parent.chmod(0o755)
        files.key.chmod(0o644)
        files.certificate.chmod(0o644)
        return files

    def served(self) -> bytes:
        """Return the certificate that the site shows."""
        with (
            socket.create_connection(("127.0.0.1", self.daemon.port), 20) as plain,
            self.context().wrap_socket(plain) as secure,
        ):
            found = secure.getpeercert(binary_form=True)
        assert found is not None
        return found

    def context(self) -> ssl.SSLContext:
        """Return what takes any certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def der(self, path: Path) -> bytes:
        """Return a certificate of a file as it is shown."""
        found = x509.load_pem_x509_certificate(path.read_bytes())
        return found.public_bytes(Encoding.DER)

    def allowed(self) -> int:
        """Return how many workspaces the site says that an ordinary account may have."""
        token = (self.daemon.data / "run" / "token").read_text(encoding="ascii").strip()
        request = urllib.request.Request(f"https://127.0.0.1:{self.daemon.port}/api/quotas")
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=20, context=self.context()) as answer:  # noqa: S310
            quotas = {each["resource"]: each["allowed"] for each in json.load(answer)["quotas"]}
        return int(quotas["workspaces"])

    def rewrite(self, quotas: str) -> None:
        """Write the settings file with these quotas, and a certificate that was renewed in its place."""
        renewed = self.certificate("renewed", "math.example.org")
        shutil.copy(renewed.key, self.files.key)
        shutil.copy(renewed.certificate, self.files.certificate)
        self.daemon.settings.write_text(f"{self.text}[user_quota]\n{quotas}", encoding="utf-8")

    def test_all_or_nothing(self) -> None:
        """An error changes nothing; without it quotas and the renewed certificate hold, and what restarts is named."""
        before = self.served()
        self.assertEqual((before, self.allowed()), (self.der(self.files.certificate), 7))
        self.rewrite("workspaces = 3\nnonsense = 1\n")
        refused = self.daemon.run_command("reload", *self.config)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("user_quota.nonsense", refused.stderr)
        self.hang_up("settings are as before")
        self.assertEqual((self.served(), self.allowed()), (before, 7))
        self.rewrite("workspaces = 3\n[database]\nconnections = 13\n")
        done = self.daemon.run_command("reload", *self.config)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("user_quota.workspaces from 7 to 3", done.stdout)
        self.assertIn("the site's certificate is a new one", done.stdout)
        self.assertIn("a restart is needed for database.connections", done.stdout)
        self.assertEqual((self.served(), self.allowed()), (self.der(self.files.certificate), 3))
        answer = self.daemon.run_command("eval", "--flavour", "python", "6*7")
        self.assertEqual(answer.stdout.strip(), "42", answer.stderr)

    def test_hangup(self) -> None:
        """SIGHUP does the same; the log says what changed, and what is wrong with its line."""
        self.rewrite("workspaces = 4\n")
        self.hang_up("user_quota.workspaces from 7 to 4")
        self.assertEqual((self.served(), self.allowed()), (self.der(self.files.certificate), 4))
        self.files.key.write_text("no key", encoding="ascii")
        line = self.daemon.settings.read_text(encoding="utf-8").split("\n").index("[site]") + 2
        self.hang_up(f"{self.daemon.settings}:{line}: site.certificate")

    def test_a_key_of_roots_alone(self) -> None:
        """With a key that the daemon can't read any more everything else is taken over, and that is said."""
        if os.geteuid() != 0:
            self.skipTest("only root can give rights up")
        before = self.served()
        self.rewrite("workspaces = 5\n")
        self.files.key.chmod(0o600)
        done = self.daemon.run_command("reload", *self.config)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("the site's certificate stays", done.stdout)
        self.assertEqual((self.served(), self.allowed()), (before, 5))

    def hang_up(self, words: str) -> None:
        """Send SIGHUP, and wait until the log says something."""
        assert self.daemon.process is not None
        self.daemon.process.send_signal(signal.SIGHUP)
        self.daemon.wait_for(lambda: words in self.daemon.log.read_text(encoding="utf-8"), words)
