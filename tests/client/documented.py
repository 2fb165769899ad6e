"""Documentation as a session tells it of `factor?` and `factor??`, with things in it that no page may show."""

from __future__ import annotations

import json

MIME = "text/vnd.sagews.help"
FACTS = {
    "name": "factor",
    "signature": "factor(n, proof=None, int_=False, algorithm='pari', verbose=0, **kwds)",
    "type": "function",
    "value": "",
    "file": "/opt/environment/lib/python3.11/site-packages/sage/arith/misc.py",
}
EXAMPLE = (
    "sage: f = factor(-20)\nsage: for p, e in f:\n....:     print(p, e)  # each prime\n2 2\n5 1\nsage: f.unit()\n-1"
)
HTML = (
    "<p>Return the factorization of <code>n</code> as \ue0000\ue001. The result depends on the type of <code>n</code>; "
    'see <a href="https://en.wikipedia.org/wiki/Integer_factorization">Wikipedia: Integer_factorization</a>.</p>'
    "<h4>Input</h4><ul><li><p><code>n</code> – a nonzero element of \ue0001\ue001</p></li>"
    "<li><p><code>algorithm</code> – string</p><ul><li><p><code>'pari'</code> – (default) use the PARI library</p></li>"
    "<li><p><code>'magma'</code> – use Magma (requires that it be installed)</p></li></ul></li></ul>"
    "<p><strong>Output: </strong>a factorization</p><p>\ue0002\ue001</p>"
    "<blockquote><h5>Warning</h5><p>An integer that comes from a symbolic computation is not factored.</p></blockquote>"
    f"<h4>Examples</h4><pre>{EXAMPLE}</pre><p>More of them:</p>"
    + "".join(f"<pre>sage: factor({n})\n{n}</pre>" for n in range(30))
    + '<script>window.harmed = 1</script><img src=x onerror="window.harmed = 2"><form><input></form>'
    '<a href="javascript:window.harmed = 3" class="bar" style="position:fixed">a link</a>'
)
FORMULAS = [["u\\,p_1^{e_1}\\cdots p_k^{e_k}", False], ["\\ZZ", False], ["n = u \\prod_{i=1}^k p_i^{e_i}", True]]
SOURCE = 'def factor(n, proof=None):\n    """\n    Return the factorization.\n    """\n    return n  # as it is\n'
PLAIN = f"Signature: {FACTS['signature']}\n\nConstruct an elliptic curve, or return the factorization."
DOCUMENT = {
    "text/plain": PLAIN,
    MIME: json.dumps({**FACTS, "line": 0, "source": "", "html": HTML, "formulas": FORMULAS}),
}
SOURCE_FORM = {
    "text/plain": SOURCE,
    MIME: json.dumps({**FACTS, "line": 2450, "source": SOURCE * 40, "html": "", "formulas": []}),
}
