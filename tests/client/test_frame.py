"""HTML of outputs: shown in a frame of an opaque origin, out of which nothing gets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client.browsing import ClientTestCase

pytestmark = pytest.mark.slow

# Each tries a way out and writes what came of it into the frame's own document.
ATTEMPTS = {
    "cookie": "document.cookie = 'a=b'; document.cookie",
    "storage": "localStorage.x = 1",
    "parent": "parent.document.title",
    "top": "top.location = '{out}/top'",
    "open": "if (open('{out}/open') === null) throw new Error('no window')",
}
REQUESTS = """
<img src="{out}/image"><link rel="stylesheet" href="{out}/style"><link rel="dns-prefetch" href="{out}">
<link rel="prefetch" href="{out}/prefetch"><script src="{out}/script"></script><iframe src="{out}/inner"></iframe>
<form action="{out}/form"><button id="send">x</button></form><video src="{out}/video"></video>
<object data="{out}/object"></object><base href="{out}/"><a id="ping" href="#x" ping="{out}/ping">x</a>
<style>body {{ background: url({out}/background) }} @import url({out}/import)</style>
<script>
  fetch("{out}/fetch").catch(() => 0); new XMLHttpRequest().open("GET", "{out}/xhr");
  try {{ new WebSocket("{out}/socket".replace("http", "ws")) }} catch (error) {{}}
  try {{ new EventSource("{out}/events") }} catch (error) {{}}
  try {{ new Worker("{out}/worker") }} catch (error) {{}}
  try {{ navigator.sendBeacon("{out}/beacon", "x") }} catch (error) {{}}
  document.getElementById("send").click(); document.getElementById("ping").click();
</script>
"""

LOOK = "try { new RTCPeerConnection(); top.postMessage('peer connection', '*') } catch (error) {}"
FRESH_WINDOWS = {
    "itself": "<script>{look}</script>",
    "srcdoc in the text": '<iframe srcdoc="<script>{look}</script>"></iframe>',
    "srcdoc by a script": "<script>const f = document.createElement('iframe');"
    " f.srcdoc = `<script>{look}<\\/script>`; document.body.append(f)</script>",
    "srcdoc by innerHTML": "<div id=x></div><script>x.innerHTML ="
    " '<iframe srcdoc=\"<script>{look2}<\\/script>\"></iframe>'</script>",
    "blank": "<script>const f = document.createElement('iframe'); document.body.append(f);"
    " try { new f.contentWindow.RTCPeerConnection(); top.postMessage('peer connection', '*') } catch (error) {}</script>",
    "javascript address": "<script>location = `javascript:'<script>{look2}<\\/script>'`</script>",
    "javascript link": "<a id=x href=\"javascript:'<script>{look2}</script>'\">x</a><script>x.click()</script>",
    "frame with javascript": "<script>const f = document.createElement('iframe');"
    " f.src = `javascript:'<script>{look2}<\\/script>'`; document.body.append(f)</script>",
    "shadow tree": "<div id=x></div><script>const r = x.attachShadow({mode: 'open'}), f = document.createElement('iframe');"
    " f.srcdoc = `<script>{look}<\\/script>`; r.append(f)</script>",
    "object": '<object data="about:blank"></object><embed src="about:blank">'
    "<script>try { new frames[0].RTCPeerConnection(); top.postMessage('peer connection', '*') } catch (error) {}</script>",
}


class FrameTests(ClientTestCase):
    """Untrusted HTML."""

    def show(self, html: str) -> Any:
        """Run a cell that gives HTML, and return its frame."""
        page = self.sheet()
        page.locator("[data-testid=insert-code]").last.click()
        page.wait_for_selector(".cm-focused")
        page.keyboard.insert_text("%html " + html)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("[data-testid=html-frame]")
        self.opened = page
        return page.frame_locator("[data-testid=html-frame]")

    @property
    def out(self) -> str:
        """Where things would arrive that got out."""
        return f"http://127.0.0.1:{self.content_port}"

    def escaped(self) -> list[str]:
        """Return what arrived there."""
        self.opened.wait_for_timeout(700)
        return [word for word in self.control("heard") if word.startswith("escaped")]

    def test_shows(self) -> None:
        """HTML and its scripts run, in an opaque origin, and the frame is as high as its content."""
        frame = self.show("<p style='height:300px'>tall</p><script>document.body.append(' origin ' + origin)</script>")
        frame.locator("text=origin null").wait_for()
        self.opened.wait_for_function("() => document.querySelector('[data-testid=html-frame]').offsetHeight > 290")
        self.assertEqual(self.problems, [])

    def test_reaches_nothing(self) -> None:
        """Cookies, storage, the page around it, other windows and eval are out of its reach."""
        lines = "".join(
            f"try {{ {code}; say('{name} reached') }} catch (error) {{ say('{name} kept') }}\n"
            for name, code in ATTEMPTS.items()
        ).replace("{out}", self.out)
        frame = self.show(
            f"<ol></ol><script>const say = text => document.querySelector('ol').append(text + '; ');\n{lines}</script>"
        )
        frame.locator("ol").wait_for(state="attached")
        self.opened.wait_for_timeout(300)
        said = frame.locator("ol").inner_text()
        for name in ATTEMPTS:
            self.assertIn(f"{name} kept", said)
        self.assertEqual(self.escaped(), [])
        self.assertIn("/w/", self.opened.url)

    def test_loads_nothing(self) -> None:
        """No element, style, form, beacon, socket or worker brings a byte out of the frame."""
        self.show(REQUESTS.replace("{{", "{").replace("}}", "}").replace("{out}", self.out))
        self.assertEqual(self.escaped(), [])

    def test_no_webrtc(self) -> None:
        """No window within reach can make a peer connection, however it is made: no policy of browsers blocks these."""
        for name, attempt in FRESH_WINDOWS.items():
            page = self.sheet()
            page.evaluate(
                "() => { window.found = []; addEventListener('message', e => typeof e.data === 'string' && found.push(e.data)) }"
            )
            page.locator("[data-testid=insert-code]").last.click()
            page.wait_for_selector(".cm-focused")
            page.keyboard.insert_text(
                "%html " + attempt.replace("{look}", LOOK).replace("{look2}", LOOK.replace("'", "`"))
            )
            page.keyboard.press("Control+Enter")
            page.wait_for_selector("[data-testid=html-frame]")
            page.wait_for_timeout(700)
            self.assertNotIn("peer connection", " ".join(page.evaluate("() => found")), name)
            page.close()

    def test_leaves_by_itself(self) -> None:
        """A frame that navigates or refreshes itself to another place gets nowhere."""
        away = self.out.replace("127.0.0.1", "localhost")
        self.show(
            f'<meta http-equiv="refresh" content="0; url={away}/refresh"><script>location = "{away}/location"</script>'
        )
        self.assertEqual(self.escaped(), [])

    def test_messages(self) -> None:
        """The page takes only a bounded height from a frame, whatever else it says."""
        self.show(
            """<script>
            for (const height of [NaN, Infinity, "9", 1e9]) parent.postMessage({sagews: "height", height}, "*");
            parent.postMessage({sagews: "render", html: "x"}, "*"); parent.postMessage("x".repeat(100000), "*");
            parent.postMessage({sagews: "ready"}, "*");
            </script>"""
        )
        self.opened.wait_for_timeout(500)
        height = self.opened.evaluate("document.querySelector('[data-testid=html-frame]').offsetHeight")
        self.assertLessEqual(height, 3000)
        self.assertEqual(self.problems, [])
