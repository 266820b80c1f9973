"""Privacy for programs: retention, what is held about a person, erasure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.policies import HousePermission
from app.privacy import services
from app.privacy.hooks import RetentionRule
from app.privacy.models import RetentionChoice
from app.privacy.routes_web import erase, retention_lines, send_disclosure
from app.privacy.schemas import ErasureIn, ErasureOut, RetentionApiIn, RetentionOut
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader

blueprint = ApiBlueprint(
    "privacy_api",
    __name__,
    url_prefix="/api/v1/privacy",
    description="How long data is kept; what is held about a person, and forgetting them.",
)


def _line(rule: RetentionRule, choice: RetentionChoice | None) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "version": choice.version if choice else 0,
        "label": str(rule.label),
        "source": str(rule.source),
        "months": choice.months if choice else rule.months,
        "is_confirmed": choice.is_confirmed if choice else rule.is_technical,
        "is_applied": services.may_run(rule, choice),
        "note": choice.note if choice else "",
        "changed_by_name": choice.changed_by_name if choice else "",
        "changed_at": choice.changed_at if choice else None,
        "last_run_at": choice.last_run_at if choice else None,
        "last_rows": choice.last_rows if choice else 0,
    }


@blueprint.route("/retention")
class Retention(MethodView):
    """All rules."""

    @needs(HousePermission.PRIVACY_MANAGE)
    @blueprint.response(200, RetentionOut(many=True))
    def get(self) -> Sequence[dict[str, Any]]:
        """List how long each kind of data is kept, and whether that was confirmed."""
        return [_line(rule, choice) for rule, choice in retention_lines()]


@blueprint.route("/retention/<string:name>")
class RetentionByName(MethodView):
    """One rule."""

    @needs(HousePermission.PRIVACY_MANAGE)
    @blueprint.response(200, RetentionOut)
    @blueprint.versioned
    def get(self, name: str) -> dict[str, Any]:
        """Read how long a kind of data is kept."""
        found = house().privacy.rule(name)
        return _line(found, reader().get(RetentionChoice, found.name))

    @needs(HousePermission.PRIVACY_MANAGE)
    @blueprint.arguments(RetentionApiIn)
    @blueprint.response(200, RetentionOut)
    @blueprint.versioned
    def put(self, data: dict[str, Any], name: str, expected_version: int) -> dict[str, Any]:
        """Decide how long a kind of data is kept, and whether the job may act on it."""
        command = services.DecideRetention(name, **data, version=expected_version)
        privacy = house().privacy
        with open_unit_of_work() as uow:
            choice = services.decide_retention(
                current_actor(), command, privacy, uow, current_clock()
            )
        return _line(privacy.rule(name), choice)


@blueprint.route("/people/<string:person_type>/<uuid:person_id>/disclosure")
class Disclosures(MethodView):
    """What is held about a person."""

    @needs(HousePermission.PRIVACY_MANAGE)
    @blueprint.response(200, content_type="application/zip")
    def post(self, person_type: str, person_id: UUID) -> Response:
        """Give everything held about a person as one zip; it is noted and not kept."""
        return send_disclosure(person_type, person_id)


@blueprint.route("/people/<string:person_type>/<uuid:person_id>/erasure")
class Erasures(MethodView):
    """Forgetting a person."""

    @needs(HousePermission.PRIVACY_MANAGE)
    @blueprint.arguments(ErasureIn)
    @blueprint.response(200, ErasureOut)
    def post(self, data: dict[str, Any], person_type: str, person_id: UUID) -> dict[str, int]:
        """Forget a person everywhere, for good; also asks for the right to erase their record."""
        return {"rows": sum(erase(person_type, person_id, **data).values())}
