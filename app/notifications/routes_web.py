"""The bell, the list of news, and what each person wants to be told."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import SIGNED_IN, background, needs
from app.errors import NotFound
from app.i18n import gettext as _
from app.notifications import queries, services
from app.notifications.kinds import NotificationKind
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.forms import done
from app.web.urls import safe_next

blueprint = Blueprint("notifications", __name__)


def declared_kinds() -> list[NotificationKind]:
    """Return every kind of news the modules declare, in a stable order."""
    kinds = [kind for module in house().modules for kind in module.notification_kinds]
    return sorted(kinds, key=lambda kind: kind.name)


def offered_kinds() -> list[NotificationKind]:
    """Return the kinds of news the actor can be told, by what they may do."""
    actor = current_actor()
    return [k for k in declared_kinds() if not k.permission or actor.can(k.permission)]


@blueprint.get("/notifications")
@needs(SIGNED_IN)
def notification_list() -> ResponseReturnValue:
    """Show the news of the actor, the latest first."""
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    total = queries.count_notifications(current_actor(), reader())
    return render_template(
        "notifications/notification_list.html",
        notifications=queries.list_notifications(current_actor(), reader(), page),
        page_number=page,
        pages=max(1, -(-total // queries.PER_PAGE)),
        total=total,
    )


@blueprint.get("/notifications/count")
@needs(SIGNED_IN)
@background
def notification_count() -> ResponseReturnValue:
    """Give the number on the bell, nothing when there is no news."""
    count = queries.count_notifications(current_actor(), reader(), unread=True)
    return render_template("notifications/_count.html", count=count)


@blueprint.post("/notifications/<uuid:notification_id>/open")
@needs(SIGNED_IN)
def notification_open(notification_id: UUID) -> ResponseReturnValue:
    """Mark one piece of news as read and go where it leads."""
    row = queries.find_notification(current_actor(), notification_id, reader())
    if row is None:
        raise NotFound
    target = safe_next(row.url, url_for("notifications.notification_list"))
    with open_unit_of_work() as uow:
        services.mark_read(current_actor(), [notification_id], uow, current_clock())
    return redirect(target, code=303)


@blueprint.post("/notifications/read")
@needs(SIGNED_IN)
def notification_read_all() -> ResponseReturnValue:
    """Mark all news as read."""
    with open_unit_of_work() as uow:
        services.mark_read(current_actor(), None, uow, current_clock())
    return redirect(url_for("notifications.notification_list"), code=303)


@blueprint.get("/notifications/settings")
@needs(SIGNED_IN)
def preferences() -> ResponseReturnValue:
    """Show what the actor is told, and how."""
    kinds = offered_kinds()
    chosen = queries.preferences_of(current_actor(), kinds, reader())
    return render_template("notifications/preferences.html", kinds=kinds, chosen=chosen)


@blueprint.post("/notifications/settings")
@needs(SIGNED_IN)
def preferences_change() -> ResponseReturnValue:
    """Keep what the actor wants to be told, and how."""
    pages, mails = set(request.form.getlist("in_page")), set(request.form.getlist("by_mail"))
    choices = {kind.name: (kind.name in pages, kind.name in mails) for kind in offered_kinds()}
    with open_unit_of_work() as uow:
        services.choose_notifications(current_actor(), choices, uow)
    return done(url_for("notifications.preferences"), _("Your choice is kept."))
