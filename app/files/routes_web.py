"""The files of a record: the panel any sheet can load, uploads, downloads."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app import audit
from app.auth.needs import SIGNED_IN, needs
from app.errors import AppError, FieldError, Invalid, NotFound, StaleVersion
from app.files import queries, services
from app.files.document_kinds import DOCUMENT_KIND_LABELS, read_kind
from app.files.intake import take_in
from app.files.kinds import ACCEPT, kind_of_media_type
from app.files.models import Attachment
from app.i18n import gettext as _
from app.i18n import ngettext
from app.subjects import CONFIDENTIALITY_LABELS, Confidentiality, Subject
from app.web.context import (
    current_actor,
    current_clock,
    file_store,
    find_subject,
    house,
    open_unit_of_work,
    reader,
    subjects,
)
from app.web.urls import safe_next

blueprint = Blueprint("files", __name__)

VARIANTS = {"thumbnail": "thumbnail_sha256", "large": "large_sha256"}
MOST_AT_ONCE = 20
# What a stranger wrote must never run here: no scripts, no requests, not even a form.
SEALED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# The browser's own PDF reader refuses to open in a sandbox; it runs nothing of the page.
READER = "default-src 'none'; style-src 'unsafe-inline'"


@blueprint.get("/attachments/<string:subject_type>/<uuid:subject_id>")
@needs(SIGNED_IN)
def attachment_panel(subject_type: str, subject_id: UUID) -> ResponseReturnValue:
    """Show the files of a record, with the way to add some."""
    return _panel(find_subject(subject_type, subject_id))


@blueprint.post("/attachments/<string:subject_type>/<uuid:subject_id>")
@needs(SIGNED_IN)
def attachment_add(subject_type: str, subject_id: UUID) -> ResponseReturnValue:
    """Attach the files sent; those that are refused are named, the others are kept."""
    subject = find_subject(subject_type, subject_id)
    subject.require_write()
    level = _level(request.form.get("confidentiality", ""))
    sent = [f for f in request.files.getlist("files") if f.filename]
    if not sent:
        nothing = FieldError("files", _("Choose at least one file."))
        return _panel(subject, errors=(nothing,)), Invalid.status
    errors = []
    for file in sent[:MOST_AT_ONCE]:
        try:
            _attach(subject, file, level)
        except AppError as error:
            sentence = f"{file.filename}: {error.message}"
            errors.append(FieldError("files", sentence, file.filename))
    if len(sent) > MOST_AT_ONCE:
        most = ngettext("Send one file at a time.", "Send at most %(count)s files at a time.", 20)
        errors.append(FieldError("files", most))
    if errors:
        return _panel(subject, errors=tuple(errors)), Invalid.status
    return _after(subject)


@blueprint.get("/files/<uuid:attachment_id>")
@needs(SIGNED_IN)
def file_download(attachment_id: UUID) -> ResponseReturnValue:
    """Send a file; pictures and PDF open in the browser unless `?download=1`."""
    return send_file(attachment_id)


@blueprint.get("/files/<uuid:attachment_id>/<string:variant>")
@needs(SIGNED_IN)
def file_variant(attachment_id: UUID, variant: str) -> ResponseReturnValue:
    """Send a picture in a smaller size: `thumbnail` or `large`."""
    return send_file(attachment_id, variant)


@blueprint.post("/files/<uuid:attachment_id>/caption")
@needs(SIGNED_IN)
def file_describe(attachment_id: UUID) -> ResponseReturnValue:
    """Change what is written under a file and who may see it; who comes second sees both."""
    caption = request.form.get("caption", "").strip()
    version = request.form.get("version", 0, type=int)
    said = request.form.get("confidentiality", "")
    # A word we do not know must not show to more people what somebody kept for a few.
    level = Confidentiality(said) if said in list(Confidentiality) else None
    kind = read_kind(request.form.get("kind", ""))
    command = services.DescribeFile(attachment_id, caption, version, level, kind)
    try:
        with open_unit_of_work() as uow:
            attachment = services.describe_attachment(
                current_actor(), command, subjects(), uow, current_clock()
            )
    except StaleVersion as error:
        attachment, subject = _get(attachment_id)
        theirs = _("Somebody else wrote “%(caption)s” meanwhile.", caption=attachment.caption)
        wrong = FieldError(f"caption-{attachment_id}", theirs, caption)
        return _panel(subject, errors=(wrong,), typed={attachment_id: caption}), error.status
    return _after(find_subject(attachment.subject_type, attachment.subject_id))


@blueprint.post("/files/<uuid:attachment_id>/archive")
@needs(SIGNED_IN)
def file_archive(attachment_id: UUID) -> ResponseReturnValue:
    """Take a file away; the panel offers to bring it back."""
    with open_unit_of_work() as uow:
        attachment = services.archive_attachment(
            current_actor(), attachment_id, subjects(), uow, current_clock()
        )
    return _after(find_subject(attachment.subject_type, attachment.subject_id), removed=attachment)


@blueprint.post("/files/<uuid:attachment_id>/restore")
@needs(SIGNED_IN)
def file_restore(attachment_id: UUID) -> ResponseReturnValue:
    """Bring a file back."""
    with open_unit_of_work() as uow:
        attachment = services.restore_attachment(
            current_actor(), attachment_id, subjects(), uow, current_clock()
        )
    return _after(find_subject(attachment.subject_type, attachment.subject_id))


def _level(text: str) -> Confidentiality:
    return Confidentiality(text) if text in list(Confidentiality) else Confidentiality.INTERNAL


def _get(attachment_id: UUID) -> tuple[Attachment, Subject]:
    return queries.get_attachment(current_actor(), attachment_id, subjects(), reader())


def _attach(subject: Subject, file: FileStorage, level: Confidentiality) -> None:
    limit = house().settings.upload_limit_mib * 1024**2
    stored = take_in(file.stream.read(limit + 1), file.filename or "", file_store(), limit=limit)
    caption, kind = request.form.get("caption", "").strip(), read_kind(request.form.get("kind", ""))
    command = services.AttachFile(subject, stored, caption, level, kind=kind)
    with open_unit_of_work() as uow:
        services.attach_file(current_actor(), command, uow, current_clock())


def _panel(subject: Subject, **extra: Any) -> str:
    is_fragment = "HX-Request" in request.headers
    every = queries.list_attachments(reader(), subject)
    chosen = read_kind(request.args.get("kind", ""))
    counts = Counter(one.document_kind for one in every)
    return render_template(
        "files/_panel.html" if is_fragment else "files/panel.html",
        subject=subject,
        attachments=[one for one in every if chosen in (None, one.document_kind)],
        chosen=chosen,
        taken_away=queries.list_removed(reader(), subject) if subject.can_write else (),
        total=len(every),
        counts=[(k, label, counts[k]) for k, label in DOCUMENT_KIND_LABELS.items() if counts[k]],
        kinds=[(kind.value, label) for kind, label in DOCUMENT_KIND_LABELS.items()],
        kind_labels=DOCUMENT_KIND_LABELS,
        accept=ACCEPT,
        levels=[
            (level.value, label)
            for level, label in CONFIDENTIALITY_LABELS.items()
            if subject.may_see(level)
        ],
        level_labels=CONFIDENTIALITY_LABELS,
        **{"errors": (), "removed": None, "typed": {}, **extra},
    )


def _after(subject: Subject, **extra: Any) -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        return _panel(subject, **extra)
    return redirect(safe_next(request.form.get("next"), subject.url or "/"), code=303)


def send_file(attachment_id: UUID, variant: str = "") -> Response:
    """Send a file or a picture of it to pages and programs; reading a sensitive one is noted.

    Its thumbnail is not: lists of files ask for it by themselves, and nothing can be read on it.
    """
    attachment, subject = _get(attachment_id)
    digest = getattr(attachment, VARIANTS.get(variant, "") if variant else "sha256", None)
    if digest is None:
        raise NotFound
    if attachment.confidentiality is Confidentiality.SENSITIVE and variant != "thumbnail":
        _note_consultation(attachment, subject)
    if variant:
        return _send_content(attachment, digest, "image/webp", f"{attachment.name}.webp")
    return _send_content(attachment, digest, attachment.media_type, attachment.name)


def _send_content(attachment: Attachment, digest: str, media_type: str, name: str) -> Response:
    """Send a content under headers that let nothing in it run."""
    kind = kind_of_media_type(media_type)
    is_inline = bool(kind and kind.is_shown) and "download" not in request.args
    try:
        with file_store().open(digest) as content:
            response = Response(content.read(), mimetype=media_type)
    except FileNotFoundError:
        raise NotFound from None
    response.headers.set(
        "Content-Disposition", "inline" if is_inline else "attachment", filename=name
    )
    is_pdf = media_type == "application/pdf"
    response.headers["Content-Security-Policy"] = READER if is_pdf and is_inline else SEALED
    response.headers["X-Content-Type-Options"] = "nosniff"
    is_sensitive = attachment.confidentiality is Confidentiality.SENSITIVE
    response.headers["Cache-Control"] = "no-store" if is_sensitive else "private, max-age=300"
    response.set_etag(digest)
    response.make_conditional(request)
    return response


def _note_consultation(attachment: Attachment, subject: Subject) -> None:
    """Note that somebody read a sensitive file."""
    about = audit.Subject(subject.type, subject.id, subject.label)
    with open_unit_of_work() as uow:
        audit.record_consultation(
            uow, current_actor(), current_clock(), subject=about, reason=attachment.name
        )
