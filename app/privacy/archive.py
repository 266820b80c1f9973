"""The file a person is given: everything held about them, readable and for machines."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

from app.files.models import Attachment
from app.files.store import FileStore
from app.office.letterhead import Letterhead
from app.privacy.services import Disclosure
from app.reports import render_html


def pack_disclosure(
    found: Disclosure, letterhead: Letterhead, attachments: list[Attachment], store: FileStore
) -> bytes:
    """Return a zip with `data.json`, `data.html` in the present language, and the files."""
    parts = dict(found.parts)
    about = {"person": found.person.label, "made_at": found.made_at.isoformat(), "data": parts}
    page = render_html(
        "reports/disclosure.html",
        **letterhead.for_report(),
        person=found.person.label,
        made_at=found.made_at,
        parts=found.parts,
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(about, ensure_ascii=False, indent=2, default=str))
        archive.writestr("data.html", page)
        for attachment in attachments:
            _add_file(archive, attachment, store)
    return target.getvalue()


def _add_file(archive: zipfile.ZipFile, attachment: Attachment, store: FileStore) -> Any:
    try:
        with store.open(attachment.sha256) as content:
            archive.writestr(f"files/{attachment.id.hex[:8]}-{attachment.name}", content.read())
    except FileNotFoundError:
        archive.writestr(f"files/{attachment.id.hex[:8]}-missing.txt", attachment.name)
