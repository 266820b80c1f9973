"""A thousand and more texts that try to be SQL, markup, templates, paths, headers or formulas."""

from itertools import product

OPENINGS = ("", "'", '"', "')", "%", "\\", "`", ";", "--", "/*", "\u202e", "é", "\U0001f600")
BODIES = (
    " OR 1=1",
    "; DROP TABLE users",
    " UNION SELECT password_hash FROM users",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "${7*7}",
    "{% raw %}",
    "../../etc/passwd",
    "%00",
    "%s%n",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "javascript:alert(1)",
    "\r\nX-Header: 1",
    "{}",
    "[]",
    "null",
)
ENDINGS = ("", " --", " #", "*/", "'")
CORPUS = ["".join(parts) for parts in product(OPENINGS, BODIES, ENDINGS)]
# What a page would hold if it showed one of them as it came.
MARKUP = ("<script>alert(1)", "<img src=x onerror")
