"""A guardian, a contact or a member of a household is led to the lots of those they belong with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from app.auth.actor import Scope
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.i18n import use_locale
from modules.parties.commands import AllowChannel, RelatePerson
from modules.parties.enums import Channel, PartyKind, Relation
from modules.parties.models import Party
from modules.parties.services import allow_channel, end_relation, relate_person
from modules.portfolio.models import Lot
from modules.tickets.queries.callers import homes_of_callers
from tests.factories.parties import BUILDER, house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.support.databases import QueryCounter
from tests.support.web import Login

TODAY = date(2026, 3, 2)
SINCE = date(2026, 1, 1)


def relate(uow: UnitOfWork, clock: FixedClock, party: Party, person: Party, kind: Relation,
           **facts: object):  # fmt: skip
    command = RelatePerson(party.id, person.id, kind, starts_on=SINCE, **facts)  # type: ignore[arg-type]
    return relate_person(BUILDER, command, uow, clock)


def said(uow: UnitOfWork, *people: Party, actor=BUILDER, day: date = TODAY) -> list[dict[str, str]]:
    uow.flush()
    with use_locale("en"):
        homes = homes_of_callers(actor, uow.session, [one.id for one in people], day)
        return [
            {str(lot): home.said for lot, home in homes.get(one.id, {}).items()} for one in people
        ]


@pytest.fixture
def lot(uow, clock) -> Lot:
    return make_lot(uow, clock, make_building(uow, clock))


@pytest.fixture
def tenant(uow, clock, lot) -> Party:
    person = make_party(uow, clock, "Peeters", "An")
    house(uow, clock, person, lot.id)
    return person


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Relation.CONTACT, "as contact person, for An Peeters"),
        (Relation.GUARDIAN, "as guardian or administrator, for An Peeters"),
        (Relation.SOCIAL_WORKER, "as social worker, for An Peeters"),
    ],
)
def test_who_speaks_for_somebody_is_led_to_their_home(uow, clock, lot, tenant, kind, words):
    other = make_party(uow, clock, "Claes", "Jo")
    relate(uow, clock, tenant, other, kind)
    assert said(uow, other, tenant) == [{str(lot.id): words}, {str(lot.id): ""}]


def test_a_member_is_led_to_the_home_of_the_household_and_of_who_of_it_has_the_lease(
    uow, clock, lot, tenant
):
    household = make_party(uow, clock, "Peeters-Claes", "", kind=PartyKind.HOUSEHOLD)
    child, guardian = make_party(uow, clock, "Peeters", "Mia"), make_party(uow, clock, "Maes", "Ed")
    relate(uow, clock, household, tenant, Relation.HEAD)
    relate(uow, clock, household, child, Relation.CHILD)
    relate(uow, clock, child, guardian, Relation.GUARDIAN)
    assert said(uow, child, guardian, household) == [
        {str(lot.id): "household: Peeters-Claes"},
        {str(lot.id): "as guardian or administrator, for Mia Peeters"},
        {str(lot.id): "household: An Peeters"},
    ]


def test_contacts_of_one_person_do_not_lead_to_each_other(uow, clock, lot, tenant):
    first, second = make_party(uow, clock, "Claes", "Jo"), make_party(uow, clock, "Maes", "Ed")
    home = make_lot(uow, clock, make_building(uow, clock))
    house(uow, clock, second, home.id)
    for one in (first, second):
        relate(uow, clock, tenant, one, Relation.CONTACT)
    jo, _ed, an = said(uow, first, second, tenant)
    assert (list(jo), list(an)) == ([str(lot.id)], [str(lot.id)])


def test_a_relation_that_is_over_or_not_yet_begun_leads_nowhere(uow, clock, tenant):
    other = make_party(uow, clock, "Claes", "Jo")
    relation = relate(uow, clock, tenant, other, Relation.CONTACT)
    assert said(uow, other, day=SINCE - timedelta(days=1)) == [{}]
    end_relation(BUILDER, relation.id, uow, clock)
    assert said(uow, other) == [{}]


def test_lots_outside_the_scope_are_absent_with_the_names_behind_them(
    uow, clock, tenant, actor_with
):
    other = make_party(uow, clock, "Claes", "Jo")
    relate(uow, clock, tenant, other, Relation.CONTACT)
    assert said(uow, other, actor=actor_with(scope=Scope())) == [{}]


def test_more_people_ask_no_more_questions(
    database: Database, clock: FixedClock, count_queries: QueryCounter
) -> None:
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        callers = []
        for number in range(6):
            tenant = make_party(uow, clock, f"Peeters{number}", "An")
            house(uow, clock, tenant, make_lot(uow, clock, building, box=str(number)).id)
            callers.append(make_party(uow, clock, f"Claes{number}", "Jo"))
            relate(uow, clock, tenant, callers[-1], Relation.CONTACT)
    counts = []
    for some in (callers[:1], callers):
        with database.reader() as session, count_queries() as counted:
            homes = homes_of_callers(BUILDER, session, [one.id for one in some], TODAY)
        assert len(homes) == len(some)
        counts.append(counted.count)
    assert counts[0] == counts[1]


def test_the_call_screen_says_through_whom_and_whether_they_may_be_told(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        tenant = make_party(uow, clock, "Peeters", "An")
        house(uow, clock, tenant, lot.id)
        guardian, friend = (
            make_party(uow, clock, "Claes", "Jo"),
            make_party(uow, clock, "Maes", "Ed"),
        )
        relate(uow, clock, tenant, guardian, Relation.GUARDIAN, may_be_contacted=True)
        relate(uow, clock, tenant, friend, Relation.CONTACT)
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    found = client.get("/calls/found?q=Claes").get_data(as_text=True)
    assert "(as guardian or administrator, for An Peeters)" in found
    page = client.get(f"/calls/callers/{guardian.id}", follow_redirects=True).get_data(as_text=True)
    assert "as guardian or administrator, for An Peeters" in page
    assert "· may be told about repairs and visits" in page
    page = client.get(f"/calls/callers/{friend.id}", follow_redirects=True).get_data(as_text=True)
    assert "as contact person, for An Peeters" in page
    assert "nothing says that they may be told about repairs and visits" in page


def test_the_call_screen_says_how_somebody_may_not_be_contacted(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        tenant = make_party(uow, clock, "Peeters", "An")
        house(uow, clock, tenant, lot.id)
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    address = f"/calls/new?lot={lot.id}&party={tenant.id}"
    assert "May be contacted by every channel" in client.get(address).get_data(as_text=True)
    with database.unit_of_work() as uow:
        refusal = AllowChannel(tenant.id, Channel.PHONE, is_allowed=False, reason="works at night")
        allow_channel(BUILDER, refusal, uow, clock)
    page = client.get(address).get_data(as_text=True)
    assert "May be contacted by every channel" not in page
    assert page.count("Telephone (works at night)") == 2, "of the caller and of who lives there"


def test_who_speaks_for_many_gets_a_short_line_and_a_short_list(
    client: FlaskClient, login: Login, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        worker, building = make_party(uow, clock, "Zwanepoel", "Sofie"), make_building(uow, clock)
        for box in range(15):
            flat = make_lot(uow, clock, building, box=str(box))
            client_of = make_party(uow, clock, "Peeters", f"An{box}")
            house(uow, clock, client_of, flat.id)
            relate(uow, clock, client_of, worker, Relation.SOCIAL_WORKER)
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    line = client.get("/calls/found?q=Zwanepoel").text
    assert (line.count("as social worker, for"), "; + 12 " in line) == (3, True)
    page = client.get(f"/calls/new?party={worker.id}").text
    assert page.count("as social worker, for") == 12
    assert "And 3 more: type an address or a name above." in page
    assert 'id="call-box"' in page
