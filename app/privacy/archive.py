"""The file a person is given: everything held about them, readable and for machines."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from app.files.models import Attachment
from app.files.store import FileStore
from app.i18n import use_locale
from app.office.letterhead import Letterhead
from app.privacy.owned_files import packed_name
from app.privacy.readable import readable
from app.privacy.services import Disclosure, Parts
from app.reports import render_html

PIECE = 64 * 1024


def pack_disclosure(found: Disclosure, letterhead: Letterhead, store: FileStore) -> Iterator[bytes]:
    """Pack `data.json`, a page in each language of the person and the files; give it in pieces.

    The photos of years do not fit into memory; the file they are packed in has no name and is gone
    with the answer.
    """
    parts = dict(found.parts)
    about = {"person": found.person.label, "made_at": found.made_at.isoformat(), "data": parts}
    target = TemporaryFile()  # noqa: SIM115  closed once it is sent
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(about, ensure_ascii=False, indent=2, default=str))
        for number, (locale, told) in enumerate(found.pages):
            name = f"data.{locale}.html" if number else "data.html"
            archive.writestr(name, _page(found, told, locale, letterhead))
        for file in found.files:
            _add_file(archive, file, store)
    return _pieces(target)


def _page(found: Disclosure, told: Parts, locale: str, letterhead: Letterhead) -> str:
    with use_locale(locale):
        return render_html(
            "reports/disclosure.html",
            **letterhead.for_report(),
            person=found.person.label,
            made_at=found.made_at,
            parts=[(label, readable(value)) for label, value in told],
            kept=found.kept,
            privacy_contact=letterhead.privacy_contact,
        )


def _add_file(archive: zipfile.ZipFile, file: Attachment, store: FileStore) -> None:
    name = packed_name(file)
    try:
        with store.open(file.sha256) as content, archive.open(name, "w") as place:
            shutil.copyfileobj(content, place, PIECE)
    except FileNotFoundError:
        archive.writestr(f"{name}-missing.txt", file.name)


def _pieces(packed: BinaryIO) -> Iterator[bytes]:
    with packed:
        packed.seek(0)
        while piece := packed.read(PIECE):
            yield piece
