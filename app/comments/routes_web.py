"""The comments of a record: the panel any sheet can load, and the names that complete a mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.auth.models import User
from app.auth.needs import SIGNED_IN, needs
from app.auth.sessions import actor_of
from app.comments import queries, services
from app.comments.mentions import (
    handle_of,
    people_mentioned,
    suggest_people,
    with_mentions,
)
from app.db import UnitOfWork
from app.errors import AppError, FieldError
from app.i18n import gettext as _
from app.subjects import Subject
from app.web.context import (
    current_actor,
    current_clock,
    find_subject,
    house,
    open_unit_of_work,
    reader,
    subjects,
)
from app.web.forms import FORM_ERRORS
from app.web.urls import safe_next

blueprint = Blueprint("comments", __name__)


@blueprint.get("/comments/<string:subject_type>/<uuid:subject_id>")
@needs(SIGNED_IN)
def comment_panel(subject_type: str, subject_id: UUID) -> ResponseReturnValue:
    """Show the comments of a record and the field to add one."""
    return _panel(find_subject(subject_type, subject_id))


@blueprint.post("/comments/<string:subject_type>/<uuid:subject_id>")
@needs(SIGNED_IN)
def comment_post(subject_type: str, subject_id: UUID) -> ResponseReturnValue:
    """Add a comment."""
    subject = find_subject(subject_type, subject_id)
    try:
        with open_unit_of_work() as uow:
            readable = readers(uow)
            comment = services.post_comment(
                current_actor(),
                subject,
                request.form.get("text", ""),
                readable,
                uow,
                current_clock(),
            )
            untold = services.untold(current_actor(), comment, subject, readable, uow)
    except FORM_ERRORS as error:
        return _refused(subject, error)
    return _after(subject, untold)


@blueprint.post("/comments/<uuid:comment_id>/change")
@needs(SIGNED_IN)
def comment_change(comment_id: UUID) -> ResponseReturnValue:
    """Change one's own comment."""
    version = request.form.get("version", 0, type=int)
    edit = services.EditComment(comment_id, request.form.get("text", ""), version)
    try:
        with open_unit_of_work() as uow:
            readable = readers(uow)
            comment = services.change_comment(current_actor(), edit, readable, uow, current_clock())
            subject = find_subject(comment.subject_type, comment.subject_id)
            untold = services.untold(current_actor(), comment, subject, readable, uow)
    except FORM_ERRORS as error:
        _kept, subject = queries.get_comment(current_actor(), comment_id, subjects(), reader())
        return _refused(subject, error, changing=comment_id)
    return _after(subject, untold)


@blueprint.post("/comments/<uuid:comment_id>/remove")
@needs(SIGNED_IN)
def comment_remove(comment_id: UUID) -> ResponseReturnValue:
    """Take one's own comment away."""
    with open_unit_of_work() as uow:
        comment = services.remove_comment(
            current_actor(), comment_id, subjects(), uow, current_clock()
        )
    return _after(find_subject(comment.subject_type, comment.subject_id))


@blueprint.post("/comments/<uuid:comment_id>/restore")
@needs(SIGNED_IN)
def comment_restore(comment_id: UUID) -> ResponseReturnValue:
    """Bring one's own comment back."""
    with open_unit_of_work() as uow:
        comment = services.restore_comment(
            current_actor(), comment_id, subjects(), uow, current_clock()
        )
    return _after(find_subject(comment.subject_type, comment.subject_id))


@blueprint.get("/comments/people")
@needs(SIGNED_IN)
def people_suggest() -> ResponseReturnValue:
    """Give the people whose name begins with what is typed after an @."""
    people = suggest_people(request.args.get("q", ""), reader())
    return jsonify(
        [{"value": handle_of(p.email), "text": p.display_name, "hint": p.email} for p in people]
    )


def readers(uow: UnitOfWork) -> services.Readers:
    """Return what is needed to find out who may read a comment."""

    def as_actor(user: User) -> Any:
        return actor_of(user, house().grants, uow.session)

    return services.Readers(subjects(), as_actor)


def said_untold(handles: Sequence[str]) -> str:
    """Say which names of a comment told nobody."""
    names = ", ".join(f"@{handle}" for handle in handles)
    return _("Not told: %(names)s. Nobody has that name, or they may not see this.", names=names)


def _panel(
    subject: Subject,
    errors: tuple[FieldError, ...] = (),
    text: str = "",
    changing: UUID | None = None,
    untold: Sequence[str] = (),
) -> str:
    is_fragment = "HX-Request" in request.headers
    comments = queries.list_comments(reader(), subject)
    mentioned = people_mentioned("\n".join(one.text for one in comments), reader())
    return render_template(
        "comments/_panel.html" if is_fragment else "comments/panel.html",
        subject=subject,
        comments=comments,
        taken_away=queries.list_removed(reader(), subject, current_actor().user_id),
        with_mentions=with_mentions,
        known={handle_of(user.email) for user in mentioned},
        untold=said_untold(untold) if untold else "",
        errors=errors,
        text=text,
        changing=changing,
    )


def _refused(
    subject: Subject, error: AppError, changing: UUID | None = None
) -> ResponseReturnValue:
    """Show what is wrong above the comment it is about, with what was typed."""
    found = error.errors or (FieldError("", error.message),)
    return _panel(subject, found, request.form.get("text", ""), changing), error.status


def _after(subject: Subject, untold: Sequence[str] = ()) -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        return _panel(subject, untold=untold)
    if untold:
        flash(said_untold(untold), "warning")
    return redirect(safe_next(request.form.get("next"), subject.url or "/"), code=303)
