"""What callers thought of the work, for programs: read, and written down."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import select

from app.api import ApiBlueprint, Page, PageRequest, Step, offer_step, paginate
from app.auth.needs import needs
from app.web.context import current_actor, reader
from modules.tickets import services
from modules.tickets.models import Opinion
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.opinions import opinion_of, visible_opinions
from modules.tickets.queries.tickets import get_ticket
from modules.tickets.routes_api.tickets import blueprint as tickets
from modules.tickets.schemas_api import TicketOut
from modules.tickets.schemas_opinions import AnswerApiIn, OpinionOut, OpinionQuery

blueprint = ApiBlueprint(
    "opinions_api",
    __name__,
    url_prefix="/api/v1/opinions",
    description="What callers thought of the work.",
)


@blueprint.route("")
class Opinions(MethodView):
    """The questions put to callers."""

    @needs(TicketPermission.SATISFACTION)
    @blueprint.arguments(OpinionQuery, location="query")
    @blueprint.paged(OpinionOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Opinion]:
        """List the questions put to callers with their answers, the latest first."""
        statement = visible_opinions(current_actor(), select(Opinion))
        if query["asked_since"] is not None:
            statement = statement.where(Opinion.asked_at >= query["asked_since"])
        if query["answered"] is not None:
            has_answer = Opinion.score.is_not(None)
            statement = statement.where(has_answer if query["answered"] else ~has_answer)
        return paginate(reader(), statement.order_by(Opinion.asked_at.desc(), Opinion.id), page)


@tickets.route("/<uuid:ticket_id>/opinion")
class OpinionOfTicket(MethodView):
    """What the caller of a ticket thought of the work."""

    @needs(TicketPermission.READ)
    @tickets.response(200, OpinionOut)
    def get(self, ticket_id: UUID) -> Opinion:
        """Show when the caller was asked, and the answer; nothing of it when nobody was asked."""
        ticket = get_ticket(current_actor(), reader(), ticket_id)
        return opinion_of(reader(), ticket.id) or Opinion(ticket_id=ticket.id, words="")


RECORD = Step(
    "/<uuid:ticket_id>/opinion",
    TicketPermission.SATISFACTION_RECORD,
    services.record_answer,
    "Write down what a caller says of the work, told by phone; again changes the answer.",
    AnswerApiIn,
)
offer_step(tickets, RECORD, TicketOut)
