"""HTML of outputs: shown in a frame of an opaque origin, out of which nothing gets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.client.browsing import ClientTestCase, next_frame, wait_for_state

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
INNER = f"<script>{LOOK}</script>"
# Ways to a window that nobody has tidied.
FRESH_WINDOWS = {
    "itself": INNER,
    "srcdoc in the text": f'<iframe srcdoc="{INNER}"></iframe>',
    "srcdoc by a script": "const f = document.createElement('iframe'); f.srcdoc = INNER; document.body.append(f)",
    "srcdoc by innerHTML": 'document.body.innerHTML = `<iframe srcdoc="${INNER}"></iframe>`',
    "blank": "const f = document.createElement('iframe'); document.body.append(f);"
    " new f.contentWindow.RTCPeerConnection(); top.postMessage('peer connection', '*')",
    "javascript address": "location = 'javascript:' + JSON.stringify(INNER)",
    "javascript frame": "const f = document.createElement('iframe');"
    " f.src = 'javascript:' + JSON.stringify(INNER); document.body.append(f)",
    "shadow tree": "const f = document.createElement('iframe'), x = document.createElement('div');"
    " document.body.append(x); f.srcdoc = INNER; x.attachShadow({mode: 'open'}).append(f)",
    "blob": "const f = document.createElement('iframe');"
    " f.src = URL.createObjectURL(new Blob([INNER], {type: 'text/html'})); document.body.append(f)",
    "written": "document.open(); document.write(INNER); document.close()",
}
# How many code cells the fixture has already.
CELLS = 4
LISTEN = "() => { window.found = []; addEventListener('message', event => found.push(String(event.data))) }"

# Frames of the screen and short timers come late from now on, as in a page that has much to do.
BUSY = """() => {
  const timer = window.setTimeout;
  window.setTimeout = (call, delay, ...rest) => timer(call, (delay ?? 0) < 50 ? 2000 : delay, ...rest);
  window.requestAnimationFrame = call => timer(() => call(performance.now()), 2000);
}"""


class FrameTests(ClientTestCase):
    """Untrusted HTML."""

    def show(self, html: str) -> Any:
        """Run a cell that gives HTML, and return its frame."""
        page = self.sheet()
        page.evaluate(LISTEN)
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
        # What does not arrive shows by nothing; this is how long it may take to, and no busy machine fails for it.
        self.opened.wait_for_timeout(700)
        return [word for word in self.control("heard") if word.startswith("escaped")]

    def test_shows(self) -> None:
        """HTML and its scripts run, in an opaque origin, and the frame is as high as its content, margins included."""
        frame = self.show(
            "<p style='height:200px;margin:50px 0'>tall</p><script>document.body.append(' origin ' + origin)</script>"
        )
        frame.locator("text=origin null").wait_for()
        self.opened.wait_for_function("() => document.querySelector('[data-testid=html-frame]').offsetHeight > 290")
        self.assertEqual(self.problems, [])

    def test_ready_at_once(self) -> None:
        """A frame that is there before the page has drawn is filled as well."""
        page = self.sheet()
        page.evaluate(LISTEN)
        # The first one asks for the frames' address; from then on they are in the page at once.
        for number in (1, 2):
            page.locator("[data-testid=insert-code]").last.click()
            page.wait_for_selector(".cm-focused")
            page.keyboard.insert_text(f"%html <script>top.postMessage('filled {number}', '*')</script>")
            if number == 2:
                page.evaluate(BUSY)
            page.keyboard.press("Control+Enter")
            page.wait_for_function("text => found.includes(text)", arg=f"filled {number}")

    def test_reaches_nothing(self) -> None:
        """Cookies, storage, the page around it and other windows are out of its reach."""
        lines = "".join(
            f"try {{ {code}; say('{name} reached') }} catch (error) {{ say('{name} kept') }}\n"
            for name, code in ATTEMPTS.items()
        ).replace("{out}", self.out)
        frame = self.show(
            f"<ol></ol><script>const say = text => document.querySelector('ol').append(text + '; ');\n{lines}</script>"
        )
        frame.locator("ol").wait_for(state="attached")
        frame.locator("ol", has_text=list(ATTEMPTS)[-1]).wait_for(state="attached")
        said = frame.locator("ol").inner_text()
        for name in ATTEMPTS:
            self.assertIn(f"{name} kept", said)
        self.assertEqual(self.escaped(), [])
        self.assertIn("/w/", self.opened.url)

    def test_loads_nothing(self) -> None:
        """No element, style, form, beacon, socket or worker brings a byte out of the frame."""
        self.show(REQUESTS.replace("{{", "{").replace("}}", "}").replace("{out}", self.out))
        self.assertEqual(self.escaped(), [])

    def attempt(self, attempt: str) -> str:
        """Return the HTML that makes an attempt and says so."""
        tried = "top.postMessage('tried', '*');"
        if attempt.startswith("<"):
            return f"<script>{tried}</script>{attempt}"
        inner = json.dumps(INNER).replace("</", "<\\/")
        return f"<script>{tried} const INNER = {inner}; {attempt}</script>"

    def test_no_webrtc(self) -> None:
        """No window within reach can make a peer connection, however it is made: no policy of browsers blocks these."""
        page = self.sheet()
        page.evaluate(LISTEN)
        for number, attempt in enumerate(FRESH_WINDOWS.values(), start=1):
            page.locator("[data-testid=insert-code]").last.click()
            page.wait_for_selector(".cm-focused")
            page.keyboard.insert_text("%html " + self.attempt(attempt))
            page.keyboard.press("Control+Enter")
            wait_for_state(page, CELLS + number, "done")
            frame = page.locator("[data-testid=html-frame]").nth(number - 1)
            frame.wait_for()
            # Frames are filled when they come near to the view.
            frame.scroll_into_view_if_needed()
            # A frame that left the view and came back tries once more, so there may be more than one for each.
            page.wait_for_function("count => found.filter(each => each === 'tried').length >= count", arg=number)
        # As above: time in which one might be made.
        page.wait_for_timeout(1000)
        self.assertNotIn("peer connection", page.evaluate("() => found"))

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
        self.opened.wait_for_function("() => found.some(each => each.length === 100000)")
        next_frame(self.opened)
        height = self.opened.evaluate("document.querySelector('[data-testid=html-frame]').offsetHeight")
        self.assertLessEqual(height, 3000)
        self.assertEqual(self.problems, [])
