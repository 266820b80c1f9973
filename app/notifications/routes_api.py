"""One's own notifications for programs: read them, mark them, choose what one is told."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import SIGNED_IN, needs
from app.errors import NotFound
from app.notifications import queries, services
from app.notifications.kinds import NotificationKind
from app.notifications.models import Notification
from app.notifications.routes_web import offered_kinds
from app.notifications.schemas import (
    NotificationOut,
    NotificationQuery,
    PreferenceIn,
    PreferenceOut,
)
from app.web.context import current_actor, current_clock, open_unit_of_work, reader

blueprint = ApiBlueprint(
    "notifications_api",
    __name__,
    url_prefix="/api/v1/notifications",
    description="What the caller was told.",
)


@blueprint.route("")
class Notifications(MethodView):
    """The caller's news."""

    @needs(SIGNED_IN)
    @blueprint.arguments(NotificationQuery, location="query")
    @blueprint.paged(NotificationOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Notification]:
        """List the caller's news, the latest first."""
        statement = queries.select_notifications(current_actor(), unread=query["is_unread"])
        return paginate(reader(), statement, page)


@blueprint.route("/read")
class NotificationsRead(MethodView):
    """Everything the caller was told."""

    @needs(SIGNED_IN)
    @blueprint.response(204)
    def post(self) -> None:
        """Mark all news as read."""
        with open_unit_of_work() as uow:
            services.mark_read(current_actor(), None, uow, current_clock())


@blueprint.route("/<uuid:notification_id>/read")
class NotificationRead(MethodView):
    """One piece of news."""

    @needs(SIGNED_IN)
    @blueprint.response(204)
    def post(self, notification_id: UUID) -> None:
        """Mark one piece of news as read."""
        if queries.find_notification(current_actor(), notification_id, reader()) is None:
            raise NotFound
        with open_unit_of_work() as uow:
            services.mark_read(current_actor(), [notification_id], uow, current_clock())


@blueprint.route("/preferences")
class Preferences(MethodView):
    """What the caller is told."""

    @needs(SIGNED_IN)
    @blueprint.response(200, PreferenceOut(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Say what the caller gets of each kind of news."""
        return _preferences(offered_kinds())


@blueprint.route("/preferences/<string:kind>")
class PreferenceOfKind(MethodView):
    """One kind of news."""

    @needs(SIGNED_IN)
    @blueprint.arguments(PreferenceIn)
    @blueprint.response(200, PreferenceOut)
    def put(self, data: dict[str, bool], kind: str) -> dict[str, Any]:
        """Choose what the caller gets of one kind of news."""
        known = [one for one in offered_kinds() if one.name == kind]
        if not known:
            raise NotFound
        with open_unit_of_work() as uow:
            services.choose_notifications(
                current_actor(), {kind: (data["in_page"], data["by_mail"])}, uow
            )
        return _preferences(known)[0]


def _preferences(kinds: list[NotificationKind]) -> list[dict[str, Any]]:
    chosen = queries.preferences_of(current_actor(), kinds, reader())
    return [
        {
            "kind": kind.name,
            "label": str(kind.label),
            "in_page": chosen[kind.name][0],
            "by_mail": chosen[kind.name][1],
        }
        for kind in kinds
    ]
