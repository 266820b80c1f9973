"""Tickets follow their caller when two parties turn out to be one, and go back."""

from app.house import build_house
from modules.parties.commands import MergeParties
from modules.parties.services import merge_parties, undo_merge
from modules.tickets.commands import Caller
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import count_open_by_building
from tests.factories.parties import BUILDER, make_party
from tests.factories.tickets import make_ticket


def test_tickets_follow_and_go_back(settings, database, clock):
    build_house(settings, clock=clock, database=database)
    with database.unit_of_work() as uow:
        kept, twin = make_party(uow, clock), make_party(uow, clock)
        ticket, forgotten, other = (
            make_ticket(uow, clock, caller=Caller(name="An", party_id=twin.id)) for _ in range(3)
        )
    with database.unit_of_work() as uow:
        merge = merge_parties(BUILDER, MergeParties(kept.id, twin.id), uow, clock)
        moved = {str(one.id) for one in (ticket, forgotten, other)}
        assert set(merge.moved["links"]["tickets.caller_id"]) == moved
    with database.reader() as session:
        assert session.get(Ticket, ticket.id).caller_id == kept.id
        assert count_open_by_building(BUILDER, session)[ticket.building_id] == 1
    with database.unit_of_work() as uow:
        neighbour = make_party(uow, clock)
        uow.session.get(Ticket, forgotten.id).caller_id = None
        uow.session.get(Ticket, other.id).caller_id = neighbour.id
        uow.flush()
        undo_merge(BUILDER, merge.id, uow, clock)
    with database.reader() as session:
        assert session.get(Ticket, ticket.id).caller_id == twin.id
        assert session.get(Ticket, forgotten.id).caller_id is None, "forgotten stays forgotten"
        assert session.get(Ticket, other.id).caller_id == neighbour.id
