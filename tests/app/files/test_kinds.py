"""What a file is, whatever it calls itself."""

import zipfile
from contextlib import suppress
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.files.images import rewrite
from app.files.kinds import CSV, DOCX, JPEG, KINDS, ODT, PDF, PNG, TEXT, WEBP, XLSX, judge
from app.files.names import clean_name
from tests.app.files.pictures import docx, packed, photo


def workbook() -> bytes:
    target = BytesIO()
    openpyxl.Workbook().save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7\n...", "virus.exe", PDF),
        (photo((8, 8)), "plan.txt", JPEG),
        (photo((8, 8), "PNG"), "x", PNG),
        (photo((8, 8), "WEBP"), "x", WEBP),
        (docx(), "letter.pdf", DOCX),
        (workbook(), "book", XLSX),
        (packed({"mimetype": ODT.media_type.encode()}, zipfile.ZIP_STORED), "x", ODT),
        ("Numéro;Rue\n1;Haute".encode(), "lots.csv", CSV),
        ("Réunion du 3".encode("cp1252"), "notes.txt", TEXT),
    ],
)
def test_content_decides_not_the_name(content, name, kind):
    assert judge(content, name) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02",
        b"<html><script>alert(1)</script>",
        b"  <svg onload=alert(1)>",
        b"\xef\xbb\xbf<?xml version='1.0'?>",
        b"#!/bin/sh\nrm -rf",
        b"%!PS-Adobe",
        b"{\\rtf1",
        b"GIF89a\x01\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"PK\x03\x04broken",
        packed({"anything.txt": b"x"}),
        docx(**{"word/vbaProject.bin": b"macro"}),
        b"\x00\x01\x02",
        b"text with \x1b escapes",
    ],
)
def test_what_is_not_on_the_list_is_refused(content):
    with pytest.raises(Invalid):
        judge(content, "innocent.pdf")


def test_a_bomb_is_refused_without_being_unpacked():
    bomb = docx(**{"word/media/zeros.bin": bytes(300 * 1024**2)})
    assert len(bomb) < 1024**2
    with pytest.raises(Invalid) as caught:
        judge(bomb)
    assert caught.value.code == "file_too_packed"


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\xff\xd8\xff", b"RIFFxxxxWEBP"])
)
def test_random_bytes_are_judged_or_refused_never_more(content, start):
    with suppress(Invalid):
        assert judge(start + content) in KINDS


@given(
    st.integers(0, 2000),
    st.binary(min_size=1, max_size=40),
    st.sampled_from(["JPEG", "PNG", "WEBP"]),
)
def test_damaged_pictures_are_read_or_refused(at, damage, form):
    content = bytearray(photo((40, 30), form))
    at %= len(content)
    content[at : at + len(damage)] = damage
    with suppress(Invalid):
        assert rewrite(bytes(content)).width <= 4000


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\plan.pdf", "plan.pdf"),
        ("plan\u202efdp.exe", "planfdp.pdf"),
        ("invoice.pdf.exe", "invoice.pdf"),
        ("report.html.pdf", "report.pdf"),
        ("con.pdf", "_con.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
        ('"quoted" <b>.pdf', "quoted_ _b.pdf"),
        ("Plan étage 2 (v1.2).pdf", "Plan étage 2 (v1.2).pdf"),
    ],
)
def test_names_of_strangers_become_harmless(given_name, kept):
    assert clean_name(given_name, "pdf") == kept


@given(st.text(max_size=300))
def test_no_name_escapes(name):
    kept = clean_name(name, "pdf")
    assert kept.endswith(".pdf")
    assert len(kept) <= 120
    assert not set(kept) & set('/\\<>:"|?*\r\n\x00')
    assert not kept.startswith(".")
