"""Letters and lists as PDF: tagged, in the reader's language, fetching nothing."""

import re
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from jinja2 import UndefinedError
from PIL import Image

from app.errors import Invalid
from app.i18n import use_locale
from app.lists.print import refuse_too_long
from app.reports import render_html, render_pdf
from app.reports.pdf import picture

LETTER = {
    "organisation": "CPAS <de> Bruxelles",
    "recipient": "Madame Peeters\nRue Haute 298a\n1000 Bruxelles",
    "place_and_date": "Bruxelles, 2 mars 2026",
    "subject": "Votre chaudière & vous",
    "paragraphs": ["Bonjour,", "Le technicien <b>passe</b> jeudi."],
    "signature": "Le service technique",
}


def unpacked(content: bytes) -> bytes:
    """Return a PDF with its packed objects readable."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    readable = [content]
    for stream in streams:
        with suppress(zlib.error):
            readable.append(zlib.decompressobj().decompress(stream))
    return b"".join(readable)


def test_a_letter_is_tagged_and_says_its_language_and_title():
    with use_locale("nl"):
        content = render_pdf("reports/letter.html", **LETTER)
    assert content.startswith(b"%PDF-")
    objects = unpacked(content)
    assert b"/MarkInfo" in objects
    assert b"/Lang (nl)" in objects


def test_what_people_wrote_never_becomes_markup():
    page = render_html("reports/letter.html", **LETTER)
    assert "&lt;b&gt;passe&lt;/b&gt;" in page
    assert "CPAS &lt;de&gt; Bruxelles" in page


def test_the_words_of_the_template_follow_the_language():
    for locale, word in (("fr", "Notre référence"), ("nl", "Ons kenmerk"), ("en", "Our reference")):
        with use_locale(locale):
            assert word in render_html("reports/letter.html", reference="TK-1", **LETTER)


def test_a_missing_value_is_an_error_not_a_blank():
    with pytest.raises(UndefinedError):
        render_html("reports/letter.html", subject="x")


def test_pictures_travel_inside_and_nothing_is_fetched(caplog):
    target = BytesIO()
    Image.new("RGB", (4, 4), (9, 9, 9)).save(target, "PNG")
    inside = picture(target.getvalue(), "image/png")
    assert inside.startswith("data:image/png;base64,")
    hostile = '<img src="http://127.0.0.1:9/x.png"><link rel=stylesheet href="file:///etc/passwd">'
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetched = []

    class Watching(URLFetcher):
        def fetch(self, url, headers=None):
            fetched.append(url)
            return super().fetch(url, headers)

    HTML(string=hostile, url_fetcher=Watching(allowed_protocols=("data",))).write_pdf()
    assert any("disallowed protocol" in record.getMessage() for record in caplog.records)
    assert all(not url.startswith("data:") for url in fetched)


def test_a_list_too_long_to_print_says_what_to_do():
    refuse_too_long(3000)
    with pytest.raises(Invalid) as caught:
        refuse_too_long(3001)
    assert "3000" in str(caught.value.message)
