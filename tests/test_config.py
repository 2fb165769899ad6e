"""Settings are read whole: every error is told at once, and nothing unknown is ignored."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.loading import default_data_folder, load
from sagews.config.settings import Settings
from sagews.errors import SagewsError
from tests.scratch import scratch_folder


class LoadTests(SynchronousTestCase):
    """Reading the settings file and the environment."""

    def written(self, text: str) -> str:
        """Return the path of a settings file with this text."""
        path = scratch_folder(self) / "sagews.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def check_reason(self, text: str, environment: dict[str, str] | None = None) -> str:
        """Return why these settings are refused."""
        error = self.assertRaises(SagewsError, load, self.written(text), environment or {}, root=False)
        return str(error)

    def test_defaults(self) -> None:
        """Without a file or environment, the site is loopback without TLS and untrusted content is on the next port."""
        settings = load(None, {}, root=False)
        self.assertEqual(
            (settings.site.host, settings.site.port, settings.site.content_port), ("127.0.0.1", 8080, 8081)
        )
        self.assertFalse(settings.site.encrypted)

    def test_one_backend_or_several(self) -> None:
        """A worker's backends are one address or an array of them; other values are refused, however often."""
        for text, found in (("'a:1'", ("a:1",)), ("['a:1', 'b:2']", ("a:1", "b:2"))):
            self.assertEqual(load(self.written(f"[link]\nbackend = {text}\n"), {}, root=False).link.backend, found)
        # Many times: the library once freed a little of the type itself with each.
        for text in ("7", "[7]", "['no address']") * 40:
            self.assertIn("link.backend", self.check_reason(f"[link]\nbackend = {text}\n"))

    def test_every_error_at_once(self) -> None:
        """All wrong keys and values are named in one refusal."""
        reason = self.check_reason("[site]\nport = 'x'\nnope = 1\n[sessions]\nmemory_mib = 1\n[colour]\na = 1\n")
        for word in ("site.port", "site.nope", "sessions.memory_mib", "colour"):
            self.assertIn(word, reason)

    def test_not_toml(self) -> None:
        """A file that is not TOML is refused with its place."""
        self.assertIn("can't be read", self.check_reason("[site"))

    def test_missing_file(self) -> None:
        """A settings file that is not there is refused, not replaced by defaults."""
        self.assertRaises(SagewsError, load, "/nonexistent/sagews.toml", {}, root=False)

    def test_environment(self) -> None:
        """SAGEWS_DATA, SAGEWS_PORT and SAGEWS_ENVIRONMENTS go before the defaults."""
        environment = {"SAGEWS_DATA": "/d", "SAGEWS_PORT": "9000", "SAGEWS_ENVIRONMENTS": '{"sage": "/e"}'}
        settings = load(None, environment, root=False)
        self.assertEqual((settings.data, settings.site.port, settings.site.content_port), ("/d", 9000, 9001))
        self.assertEqual(settings.sessions.environments, {"sage": "/e"})

    def test_bad_environment(self) -> None:
        """A port or a list of environments that is not one is refused."""
        for environment in ({"SAGEWS_PORT": "0"}, {"SAGEWS_PORT": "a"}, {"SAGEWS_ENVIRONMENTS": "[1]"}):
            self.check_reason("", environment)

    def test_tls_beyond_loopback(self) -> None:
        """Whatever is not loopback is served over TLS only."""
        settings = load(self.written("[site]\nhost = '0.0.0.0'\n"), {}, root=False)
        self.assertTrue(settings.site.encrypted)

    def test_data_folder(self) -> None:
        """Root's data folder is a system folder; anybody else's is his own."""
        self.assertEqual(default_data_folder(True, {}), "/var/lib/sagews")
        self.assertTrue(default_data_folder(False, {}).endswith("/.local/share/sagews"))

    @given(st.dictionaries(st.text(min_size=1, max_size=8), st.integers() | st.text(max_size=8), max_size=4))
    def test_any_table(self, table: dict[str, int | str]) -> None:
        """Whatever stands in a table, the result is settings or a refusal, never another error."""
        body = "\n".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in table.items())
        path = self.written("[site]\n" + body)
        try:
            self.assertIsInstance(load(path, {}, root=False), Settings)
        except SagewsError as error:
            self.assertEqual(error.code, "configuration")


def _quoted(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08X}" for c in value)
    return f'"{escaped}"'
