"""The same for many tickets, for programs: one operation a verb, with the right it asks."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work
from modules.tickets.commands import ChangeMany
from modules.tickets.enums import BulkVerb
from modules.tickets.policies import BULK_RIGHTS
from modules.tickets.routes_api.tickets import blueprint
from modules.tickets.schemas_api_bulk import ManyApiIn, ManyOut, ManyUndoApiIn
from modules.tickets.services.bulk import BulkDone, change_many, undo_many

SAYS = {
    BulkVerb.TEAM: "Give many tickets to the team of a trade; closed ones are left alone.",
    BulkVerb.PRIORITY: "Give many tickets a priority; closed ones are left alone.",
    BulkVerb.DUPLICATE: "Close many tickets as duplicates of one; closed ones are left alone.",
}


def _answer(done: BulkDone) -> dict[str, Any]:
    return {"changed": [one.id for one in done.changed], "left": [one.id for one in done.left]}


def _offer(verb: BulkVerb) -> None:
    class Many(MethodView):
        """Many tickets."""

        @needs(BULK_RIGHTS[verb])
        @blueprint.arguments(ManyApiIn)
        @blueprint.response(200, ManyOut)
        def post(self, data: dict[str, Any]) -> dict[str, Any]:
            with open_unit_of_work() as uow:
                command = ChangeMany(verb, **data)
                return _answer(change_many(current_actor(), command, uow, current_clock()))

    class ManyUndo(MethodView):
        """Many tickets, as they were."""

        @needs(BULK_RIGHTS[verb])
        @blueprint.arguments(ManyUndoApiIn)
        @blueprint.response(200, ManyOut)
        def post(self, data: dict[str, Any]) -> dict[str, Any]:
            """Take back one's own change of many within a day; what changed since is left alone."""
            with open_unit_of_work() as uow:
                command = ChangeMany(verb, **data)
                return _answer(undo_many(current_actor(), command, uow, current_clock()))

    Many.post.__doc__ = SAYS[verb]
    name = verb.value.capitalize()
    blueprint.route(f"/bulk/{verb.value}", endpoint=f"Bulk{name}")(Many)
    blueprint.route(f"/bulk/{verb.value}/undo", endpoint=f"Bulk{name}Undo")(ManyUndo)


for _verb in BulkVerb:
    _offer(_verb)
