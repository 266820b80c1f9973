"""Works on land through the services: the permit they follow, days, contractors, scope."""

from dataclasses import replace
from datetime import date

import pytest

from app.auth.actor import Scope
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.privacy import PersonRef
from modules.land.commands import Change, WorkFacts
from modules.land.enums import StepKind, WorkKind, WorkStatus
from modules.land.privacy import disclose, erase
from modules.land.queries.works import get_work, list_works_of_contractor, parcel_ids_of_work
from modules.land.services.works import archive_work, change_work, create_work, restore_work
from modules.parties.enums import PartyKind
from modules.parties.models import Party
from modules.parties.services import archive_party, merge_parties
from modules.portfolio.policies import PortfolioPermission as Right
from tests.factories.land import make_parcel, make_permit, make_steps
from tests.factories.parties import make_party
from tests.factories.portfolio import BUILDER, make_area

GRANTED = (StepKind.LODGED, date(2025, 1, 2)), (StepKind.GRANTED, date(2025, 6, 1))
FACTS = WorkFacts(WorkKind.ACCESS_ROAD, "Road", ())


def facts_of(*parcels, **more):
    return replace(FACTS, parcel_ids=tuple(one.id for one in parcels), **more)


@pytest.fixture
def keeper(actor_with):
    return actor_with(Right.READ_LAND, Right.CHANGE_LAND, "parties.party.read")


@pytest.fixture
def granted(uow, clock):
    """A parcel, and a permit granted on it on 1 June 2025."""
    parcel = make_parcel(uow, clock)
    permit = make_permit(uow, clock, parcel)
    make_steps(uow, clock, permit, *GRANTED)
    return parcel, permit


def test_works_are_planned_begun_and_done_after_their_permit(keeper, granted, uow, clock):
    parcel, permit = granted
    facts = facts_of(parcel, permit_id=permit.id, planned_on=date(2025, 7, 1))
    work = create_work(keeper, facts, uow, clock)
    assert (work.reference, work.status) == ("LWK-0001", WorkStatus.PLANNED)
    begun = replace(facts, begun_on=date(2025, 6, 1))
    change_work(keeper, Change(work.id, work.version), begun, uow, clock)
    assert work.status is WorkStatus.BEGUN
    done = replace(begun, done_on=date(2025, 9, 1), real_cents=12_345)
    change_work(keeper, Change(work.id, work.version), done, uow, clock)
    assert (work.status, work.real_cents) == (WorkStatus.DONE, 12_345)


@pytest.mark.parametrize("day", [date(2025, 5, 31), date(2025, 1, 1)])
def test_works_do_not_begin_before_their_permit_is_granted(keeper, granted, uow, clock, day):
    parcel, permit = granted
    with pytest.raises(Conflict) as refused:
        create_work(keeper, facts_of(parcel, permit_id=permit.id, begun_on=day), uow, clock)
    assert (refused.value.code, refused.value.field) == ("not_permitted", "begun_on")


def test_works_do_not_begin_after_their_permit_lapsed(keeper, uow, clock):
    parcel = make_parcel(uow, clock)
    permit = make_permit(
        uow, clock, parcel, typed_lapses_on=date(2025, 12, 31), lapses_reason="So it says"
    )
    make_steps(uow, clock, permit, *GRANTED)
    facts = facts_of(parcel, permit_id=permit.id)
    with pytest.raises(Conflict):
        create_work(keeper, replace(facts, begun_on=date(2026, 1, 1)), uow, clock)
    assert create_work(keeper, replace(facts, begun_on=date(2025, 12, 31)), uow, clock)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"begun_on": date(2026, 1, 1)}, "permit_needed", "permit_id"),
        ({"begun_on": date(2026, 3, 3), "no_permit_reason": "-"}, "day_to_come", "begun_on"),
        ({"done_on": date(2026, 1, 1), "no_permit_reason": "-"}, "done_before_begun", "done_on"),
        (
            {
                "begun_on": date(2026, 1, 2), "done_on": date(2026, 1, 1),
                "no_permit_reason": "Upkeep",
            },
            "done_before_begun", "done_on",
        ),
    ],
)  # fmt: skip
def test_days_and_rights_that_cannot_be_are_refused(keeper, uow, clock, more, code, field):
    with pytest.raises(Invalid) as refused:
        create_work(keeper, facts_of(make_parcel(uow, clock), **more), uow, clock)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_works_name_a_permit_of_their_land_or_a_reason_not_both(keeper, granted, uow, clock):
    parcel, permit = granted
    facts = facts_of(parcel, permit_id=permit.id, no_permit_reason="Upkeep")
    with pytest.raises(Invalid) as both:
        create_work(keeper, facts, uow, clock)
    assert both.value.code == "permit_or_reason"
    facts = facts_of(parcel, make_parcel(uow, clock), permit_id=permit.id)
    with pytest.raises(Invalid) as elsewhere:
        create_work(keeper, facts, uow, clock)
    assert elsewhere.value.code == "permit_elsewhere"


def test_a_contractor_is_an_organisation(keeper, uow, clock):
    parcel, person = make_parcel(uow, clock), make_party(uow, clock)
    with pytest.raises(Invalid) as refused:
        create_work(keeper, facts_of(parcel, contractor_id=person.id), uow, clock)
    assert (refused.value.code, refused.value.field) == ("no_organisation", "contractor_id")


def test_who_sees_one_of_the_parcels_sees_the_works(actor_with, uow, clock):
    area = make_area(uow, clock, "A")
    here, there = make_parcel(uow, clock, area_id=area.id), make_parcel(uow, clock)
    work = create_work(BUILDER, facts_of(here, there), uow, clock)
    hidden = create_work(BUILDER, facts_of(there), uow, clock)
    scope = Scope(everything=False, area_ids=frozenset({area.id}))
    local = actor_with(Right.READ_LAND, Right.CHANGE_LAND, scope=scope)
    assert get_work(local, uow.session, work.id).parcel_ids == [here.id]
    with pytest.raises(NotFound):
        get_work(local, uow.session, hidden.id)
    change_work(local, Change(work.id, work.version), facts_of(here, note="Mud"), uow, clock)
    assert parcel_ids_of_work(uow.session, work.id) == {here.id, there.id}


def test_works_leave_come_back_and_are_not_changed_meanwhile(keeper, actor_with, uow, clock):
    parcel = make_parcel(uow, clock)
    work = create_work(keeper, facts_of(parcel), uow, clock)
    with pytest.raises(Forbidden):
        archive_work(actor_with(Right.READ_LAND), Change(work.id, work.version), uow, clock)
    archive_work(keeper, Change(work.id, work.version), uow, clock)
    with pytest.raises(Conflict) as refused:
        change_work(keeper, Change(work.id, work.version), facts_of(parcel), uow, clock)
    assert refused.value.code == "archived"
    restore_work(keeper, Change(work.id, work.version), uow, clock)
    assert work.archived_at is None


def make_firm(uow, clock, name="Wegenbouw"):
    return make_party(uow, clock, name, kind=PartyKind.ORGANISATION)


def test_a_contractor_with_works_to_do_is_not_archived(database, clock, app):
    with database.unit_of_work() as uow:
        firm = make_firm(uow, clock)
        facts = facts_of(make_parcel(uow, clock), contractor_id=firm.id, no_permit_reason="Upkeep")
        work, change = create_work(BUILDER, facts, uow, clock), Change(firm.id, firm.version)
        work_id = work.id
    with pytest.raises(Conflict) as refused, database.unit_of_work() as uow:
        archive_party(BUILDER, change, uow, clock)
    assert refused.value.code == "has_open_work"
    with database.unit_of_work() as uow:
        done = replace(facts, begun_on=date(2026, 1, 1), done_on=date(2026, 1, 2))
        change_work(BUILDER, Change(work_id, None), done, uow, clock)
        archive_party(BUILDER, change, uow, clock)


def test_works_follow_a_contractor_that_is_merged(database, clock, app):
    with database.unit_of_work() as uow:
        kept, double = make_firm(uow, clock), make_firm(uow, clock, "Wegenbouw NV")
        work = create_work(
            BUILDER, facts_of(make_parcel(uow, clock), contractor_id=double.id), uow, clock
        )
        merge(uow, clock, kept, double)
        assert [one.id for one in list_works_of_contractor(BUILDER, uow.session, kept.id)] == [
            work.id
        ]


def merge(uow, clock, kept: Party, double: Party):
    from modules.parties.commands import MergeParties

    merge_parties(BUILDER, MergeParties(kept.id, double.id), uow, clock)


def test_a_firm_of_one_person_sees_its_works_and_is_forgotten_in_them(uow, clock):
    firm = make_firm(uow, clock, "Zenobie Canarisse")
    facts = facts_of(
        make_parcel(uow, clock), contractor_id=firm.id, note="Ask Zenobie Canarisse first"
    )
    work = create_work(BUILDER, facts, uow, clock)
    person = PersonRef("party", firm.id, "Zenobie", words=("Zenobie Canarisse",))
    assert [one["reference"] for one in disclose(person, BUILDER, uow, clock)] == ["LWK-0001"]
    assert erase(person, BUILDER, uow, clock) == 1
    assert "Canarisse" not in work.note
