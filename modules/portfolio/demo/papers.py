"""Make a small PDF of a few lines, with a plan under them: one page, no fonts of its own."""

from __future__ import annotations

from collections.abc import Sequence

_LEFT, _TOP, _LINE = 56, 780, 20
# Rooms on both sides of a corridor, in points from the lower left corner.
_ROOMS = 6
_ROOM = (80, 110)
_CORRIDOR = 46


def write_paper(title: str, lines: Sequence[str], *, has_plan: bool = False) -> bytes:
    """Write a page; the same words make the same bytes.

    >>> write_paper("Plan", ["Rez"])[:8]
    b'%PDF-1.4'
    """
    text = [f"BT /F1 16 Tf {_LEFT} {_TOP} Td ({_escape(title)}) Tj /F1 11 Tf"]
    text += [f"0 -{_LINE} Td ({_escape(line)}) Tj" for line in lines]
    drawn = " ".join([*text, "ET", _plan() if has_plan else ""])
    content = drawn.encode("cp1252", errors="replace")
    fonts = b"/Resources << /Font << /F1 5 0 R >> >>"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % fonts,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assemble(parts)


def _assemble(parts: Sequence[bytes]) -> bytes:
    """Put the objects after each other, then the table that says where each begins."""
    page, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(page))
        page += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    index = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(page))
    return page + index + end


def _plan() -> str:
    width, height = _ROOM
    below = [(_LEFT + width * n, 220) for n in range(_ROOMS)]
    above = [(x, y + height + _CORRIDOR) for x, y in below]
    return " ".join(f"{x} {y} {width} {height} re S" for x, y in [*below, *above])


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
