"""What comes back on a lot or in a building is seen on its sheet, whoever reported it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.auth.actor import Scope
from app.auth.roles import Role
from modules.portfolio.models import Lot
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.repeats import repeats_on
from modules.tickets.services import cancel_ticket
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import AGENT, make_ticket


@pytest.fixture
def building(uow, clock):
    return make_building(uow, clock)


def told(uow, clock, actor=AGENT, **place):
    return [
        (one.family, one.count, len(one.lots))
        for one in repeats_on(actor, uow.session, clock, **place)
    ]


def leaks(uow, clock, building, count):
    """Report a leak in each of some new homes."""
    lots = [make_lot(uow, clock, building) for _ in range(count)]
    return [make_ticket(uow, clock, lot) for lot in lots]


def test_five_leaks_in_five_flats_of_one_house_come_back_there(uow, clock, building):
    tickets = leaks(uow, clock, building, 5)
    make_ticket(uow, clock, building, category_key="common.lift.stopped")
    assert told(uow, clock, building_id=building.id) == [("home.water", 5, 5)]
    assert told(uow, clock, lot_id=tickets[0].lot_id) == []


def test_a_lot_counts_its_own_and_kinds_of_one_family_together(uow, clock, building):
    lot = make_lot(uow, clock, building)
    for key in ("home.water.leak", "home.water.leak", "home.water.blocked"):
        make_ticket(uow, clock, lot, category_key=key)
    assert told(uow, clock, lot_id=lot.id) == [("home.water", 3, 1)]


def test_old_and_cancelled_reports_do_not_count(uow, clock, building):
    first, *_others = leaks(uow, clock, building, 3)
    assert told(uow, clock, building_id=building.id) != []
    cancel_ticket(AGENT, first.id, "Erreur", uow, clock)
    assert told(uow, clock, building_id=building.id) == []
    leaks(uow, clock, building, 1)
    assert told(uow, clock, building_id=building.id) == [("home.water", 3, 3)]
    clock.advance(timedelta(days=366))
    assert told(uow, clock, building_id=building.id) == []


def test_what_the_reader_does_not_see_is_not_told(uow, clock, building, actor_with):
    leaks(uow, clock, building, 3)
    elsewhere = actor_with(TicketPermission.READ, scope=Scope())
    assert told(uow, clock, elsewhere, building_id=building.id) == []


def test_the_sheets_say_it(client, login, database, clock):
    with database.unit_of_work() as uow:
        home = make_building(uow, clock)
        lot = leaks(uow, clock, home, 3)[0].lot_id
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    page = client.get(f"/tickets/panels/buildings/{home.id}").get_data(as_text=True)
    assert "Comes back" in page
    assert "3 reports · 3 lots · the latest on" in page
    assert "Comes back" not in client.get(f"/tickets/panels/lots/{lot}").get_data(as_text=True)
    with database.unit_of_work() as uow:
        for _ in range(2):
            make_ticket(uow, clock, uow.session.get(Lot, lot))
    page = client.get(f"/tickets/panels/lots/{lot}").get_data(as_text=True)
    assert "3 reports · the latest on" in page
