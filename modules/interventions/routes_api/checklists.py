"""Checklists for programs: what each kind of work asks, and the lists there were."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.errors import NotFound
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.interventions.checklists import KINDS_OF_WORK, Stated, load_checklists
from modules.interventions.commands import StateChecklist
from modules.interventions.policies import OrderPermission
from modules.interventions.schemas_api import ChecklistApiIn, ChecklistOut
from modules.interventions.services.checklists import state_checklist

blueprint = ApiBlueprint(
    "checklists_api",
    __name__,
    url_prefix="/api/v1/checklists",
    description="What a technician checks before leaving, by kind of work.",
)


@blueprint.route("")
class Checklists(MethodView):
    """All kinds of work."""

    @needs(OrderPermission.CHECKLISTS)
    @blueprint.response(200, ChecklistOut(many=True))
    def get(self) -> list[dict[str, Any]]:
        """List the kinds of work with the points each asks now."""
        stated = load_checklists(reader()).stated
        return [_shown(work, stated[work][-1]) for work in KINDS_OF_WORK]


@blueprint.route("/<string:work>")
class ChecklistByWork(MethodView):
    """What one kind of work asks."""

    @needs(OrderPermission.CHECKLISTS)
    @blueprint.response(200, ChecklistOut)
    @blueprint.versioned
    def get(self, work: str) -> dict[str, Any]:
        """Read the points of a kind of work."""
        return _shown(work, _stated(work)[-1])

    @needs(OrderPermission.CHECKLISTS)
    @blueprint.arguments(ChecklistApiIn)
    @blueprint.response(200, ChecklistOut)
    @blueprint.versioned
    def put(self, data: dict[str, Any], work: str, expected_version: int) -> dict[str, Any]:
        """State the points from now on; orders already begun keep the ones they had."""
        command = StateChecklist(work, tuple(data["points"]), expected_version)
        with open_unit_of_work() as uow:
            state_checklist(current_actor(), command, uow, current_clock())
            return _shown(work, load_checklists(uow.session).stated[work][-1])


@blueprint.route("/<string:work>/versions")
class ChecklistVersions(MethodView):
    """The lists a kind of work had."""

    @needs(OrderPermission.CHECKLISTS)
    @blueprint.response(200, ChecklistOut(many=True))
    def get(self, work: str) -> list[dict[str, Any]]:
        """List every list there was, the latest first; 0 is the proposal of the house."""
        return [_shown(work, one) for one in reversed(_stated(work))]


def _stated(work: str) -> list[Stated]:
    found = load_checklists(reader()).stated.get(work)
    if found is None:
        raise NotFound
    return list(found)


def _shown(work: str, stated: Stated) -> dict[str, Any]:
    return {
        "work": work,
        "name": str(KINDS_OF_WORK[work]),
        "version": stated.number,
        "since": stated.since if stated.number else None,
        "stated_by": stated.by,
        "points": stated.points,
    }
