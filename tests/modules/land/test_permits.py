"""Procedures through the services: regions, steps, dates, scope."""

from dataclasses import replace
from datetime import date

import pytest

from app.auth.actor import Scope
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.i18n import use_locale
from modules.land.commands import AddStep, Change, PermitFacts, TakeBackStep
from modules.land.enums import PermitKind, PermitStatus, StepKind, Track
from modules.land.queries.permits import counted_steps, get_permit, list_steps, parcel_ids_of
from modules.land.services.permits import (
    archive_permit,
    change_permit,
    create_permit,
    restore_permit,
)
from modules.land.services.steps import add_step, take_back_step
from modules.portfolio.commands import Change as ParcelChange
from modules.portfolio.enums import Region
from modules.portfolio.policies import PortfolioPermission as Right
from modules.portfolio.services import archive_parcel
from tests.factories.land import make_parcel, make_permit, make_steps
from tests.factories.portfolio import BUILDER, make_area

LODGED, COMPLETE = StepKind.LODGED, StepKind.COMPLETE
FACTS = PermitFacts(PermitKind.PLANNING, "Access road", ())


def facts_of(*parcels, **more):
    return replace(FACTS, parcel_ids=tuple(one.id for one in parcels), **more)


@pytest.fixture
def keeper(actor_with):
    return actor_with(Right.READ_LAND, Right.CHANGE_LAND)


def test_a_procedure_takes_the_region_of_its_parcels_and_the_next_reference(keeper, uow, clock):
    parcels = make_parcel(uow, clock), make_parcel(uow, clock)
    permit = create_permit(keeper, facts_of(*parcels), uow, clock)
    assert (permit.reference, permit.region) == ("PERM-0001", Region.WALLONIA)
    assert permit.status is PermitStatus.PREPARING
    assert parcel_ids_of(uow.session, permit.id) == {one.id for one in parcels}


def test_parcels_of_two_regions_are_refused_by_name(keeper, uow, clock):
    parcels = make_parcel(uow, clock), make_parcel(uow, clock, region=Region.FLANDERS)
    with use_locale("en"), pytest.raises(Invalid) as refused:
        create_permit(keeper, facts_of(*parcels), uow, clock)
    assert (refused.value.code, refused.value.field) == ("several_regions", "parcel_ids")
    assert "Walloon Region, Flemish Region" in str(refused.value.message)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"kind": PermitKind.FLEMISH_WORKS}, "kind_elsewhere", "kind"),
        ({"track": Track.BRUSSELS_PLAIN}, "track_elsewhere", "track"),
        ({"typed_due_on": date(2026, 5, 1)}, "reason_needed", "due_reason"),
        ({"typed_lapses_on": date(2026, 5, 1)}, "reason_needed", "lapses_reason"),
    ],
)
def test_what_the_region_does_not_know_is_refused(keeper, uow, clock, more, code, field):
    with pytest.raises(Invalid) as refused:
        create_permit(keeper, facts_of(make_parcel(uow, clock), **more), uow, clock)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_without_land_there_is_no_procedure(keeper, uow, clock):
    gone = make_parcel(uow, clock)
    archive_parcel(BUILDER, ParcelChange(gone.id, gone.version), uow, clock)
    for facts, code in ((FACTS, "parcel_needed"), (facts_of(gone), "unknown_parcel")):
        with pytest.raises(Invalid) as refused:
            create_permit(keeper, facts, uow, clock)
        assert refused.value.code == code


def test_a_parcel_archived_since_stays_with_its_procedure(keeper, uow, clock):
    parcel = make_parcel(uow, clock)
    permit = make_permit(uow, clock, parcel)
    archive_parcel(BUILDER, ParcelChange(parcel.id, parcel.version), uow, clock)
    changed = change_permit(
        keeper, Change(permit.id, permit.version), facts_of(parcel, note="Sold"), uow, clock
    )
    assert changed.note == "Sold"


def test_the_steps_say_where_a_procedure_stands_and_by_when(uow, clock):
    permit = make_permit(uow, clock, track=Track.WALLONIA_ADVISED)
    make_steps(uow, clock, permit, (LODGED, date(2025, 1, 2)), (COMPLETE, date(2025, 1, 6)))
    assert (permit.status, permit.due_on) == (PermitStatus.EXAMINED, date(2025, 3, 22))
    make_steps(uow, clock, permit, (StepKind.GRANTED_WITH_CONDITIONS, date(2025, 3, 1)))
    assert (permit.status, permit.status_since) == (PermitStatus.GRANTED, date(2025, 3, 1))
    assert permit.lapses_on == date(2030, 3, 1)
    assert permit.is_in_force(date(2030, 3, 1))
    assert not permit.is_in_force(date(2030, 3, 2))


def test_works_begun_in_time_keep_a_permit_of_brussels(uow, clock):
    permit = make_permit(uow, clock, make_parcel(uow, clock, region=Region.BRUSSELS))
    granted = StepKind.GRANTED, date(2025, 3, 1)
    make_steps(uow, clock, permit, (LODGED, date(2025, 1, 2)), granted)
    assert permit.lapses_on == date(2028, 3, 1)
    make_steps(uow, clock, permit, (StepKind.BEGUN, date(2025, 6, 1)))
    assert (permit.status, permit.lapses_on) == (PermitStatus.BEGUN, None)


def test_a_typed_date_goes_before_the_computed_one(keeper, uow, clock):
    parcel = make_parcel(uow, clock)
    permit = make_permit(uow, clock, parcel, track=Track.WALLONIA_PLAIN)
    make_steps(uow, clock, permit, (LODGED, date(2025, 1, 2)), (COMPLETE, date(2025, 1, 6)))
    typed = facts_of(
        parcel, track=Track.WALLONIA_PLAIN, typed_due_on=date(2025, 3, 7),
        due_reason="Prolonged by thirty days",
    )  # fmt: skip
    change_permit(keeper, Change(permit.id, permit.version), typed, uow, clock)
    assert permit.due_on == date(2025, 3, 7)
    back = facts_of(parcel, track=Track.WALLONIA_PLAIN)
    change_permit(keeper, Change(permit.id, permit.version), back, uow, clock)
    assert permit.due_on == date(2025, 2, 5)


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ((), StepKind.GRANTED),
        ((LODGED, StepKind.REFUSED), StepKind.BEGUN),
        ((LODGED, StepKind.GRANTED, StepKind.LAPSED), StepKind.BEGUN),
        ((LODGED, StepKind.WITHDRAWN), COMPLETE),
    ],
)
def test_a_step_that_cannot_follow_is_refused(uow, clock, before, then):
    permit = make_permit(uow, clock)
    for number, kind in enumerate(before, start=1):
        make_steps(uow, clock, permit, (kind, date(2025, 1, number)))
    with pytest.raises(Conflict) as refused:
        make_steps(uow, clock, permit, (then, date(2025, 2, 1)))
    assert (refused.value.code, refused.value.field) == ("step_out_of_turn", "kind")
    assert len(counted_steps(uow.session, permit.id)) == len(before)


def test_a_step_forgotten_is_written_later_at_its_day(uow, clock):
    permit = make_permit(uow, clock, track=Track.WALLONIA_PLAIN)
    make_steps(
        uow, clock, permit,
        (LODGED, date(2025, 1, 2)), (StepKind.GRANTED, date(2025, 2, 1)),
        (COMPLETE, date(2025, 1, 6)),
    )  # fmt: skip
    assert permit.status is PermitStatus.GRANTED
    assert permit.due_on == date(2025, 2, 5)


def test_nothing_is_written_before_it_happens(uow, clock):
    permit = make_permit(uow, clock)
    with pytest.raises(Invalid) as refused:
        make_steps(uow, clock, permit, (LODGED, date(2026, 3, 3)))
    assert refused.value.code == "day_to_come"


def test_a_decision_in_appeal_makes_the_permit_anew(uow, clock):
    permit = make_permit(uow, clock)
    make_steps(
        uow, clock, permit,
        (LODGED, date(2024, 1, 2)), (StepKind.REFUSED, date(2024, 3, 1)),
        (StepKind.APPEAL_LODGED, date(2024, 4, 1)), (StepKind.GRANTED_ON_APPEAL, date(2024, 9, 1)),
    )  # fmt: skip
    assert (permit.status, permit.lapses_on) == (PermitStatus.GRANTED, date(2029, 9, 1))


def test_an_appeal_has_no_day_but_the_one_typed(uow, clock):
    permit = make_permit(uow, clock, track=Track.WALLONIA_PLAIN)
    make_steps(
        uow, clock, permit,
        (LODGED, date(2025, 1, 2)), (COMPLETE, date(2025, 1, 6)),
        (StepKind.REFUSED, date(2025, 2, 1)), (StepKind.APPEAL_LODGED, date(2025, 3, 1)),
    )  # fmt: skip
    # The time of the first authority is over, and no rule is kept for that of the second.
    assert (permit.status, permit.due_on) == (PermitStatus.APPEALED, None)


def test_a_step_later_ones_rest_on_is_not_taken_back(keeper, uow, clock):
    permit = make_permit(uow, clock)
    lodged, _granted = make_steps(
        uow, clock, permit, (LODGED, date(2025, 1, 2)), (StepKind.GRANTED, date(2025, 3, 1))
    )
    with pytest.raises(Conflict) as refused:
        take_back_step(keeper, TakeBackStep(lodged.id, "Wrong day"), uow, clock)
    assert refused.value.code == "step_out_of_turn"


def test_a_step_taken_back_stays_to_be_read(keeper, uow, clock):
    permit = make_permit(uow, clock)
    _lodged, granted = make_steps(
        uow, clock, permit, (LODGED, date(2025, 1, 2)), (StepKind.GRANTED, date(2025, 3, 1))
    )
    command = TakeBackStep(granted.id, "Of another file")
    take_back_step(keeper, command, uow, clock)
    assert (permit.status, permit.lapses_on) == (PermitStatus.LODGED, None)
    kept = [(one.kind, one.taken_back_reason) for one in list_steps(uow.session, permit.id)]
    assert kept == [(StepKind.GRANTED, "Of another file"), (LODGED, "")]
    with pytest.raises(Conflict) as refused:
        take_back_step(keeper, command, uow, clock)
    assert refused.value.code == "taken_back_already"


def test_the_same_step_is_not_written_twice(uow, clock):
    permit = make_permit(uow, clock)
    make_steps(uow, clock, permit, (LODGED, date(2025, 1, 2)))
    asked = StepKind.OPINION_ASKED, date(2025, 1, 3)
    make_steps(uow, clock, permit, asked)
    with pytest.raises(Conflict) as refused:
        make_steps(uow, clock, permit, asked)
    assert refused.value.code == "step_there"
    other = AddStep(permit.id, *asked, note="Fire service")
    assert add_step(BUILDER, other, uow, clock).position == 3


def test_who_sees_one_of_the_parcels_sees_the_procedure_and_that_parcel(actor_with, uow, clock):
    area, other = make_area(uow, clock, "A"), make_area(uow, clock, "B")
    here = make_parcel(uow, clock, area_id=area.id)
    there = make_parcel(uow, clock, area_id=other.id)
    permit = make_permit(uow, clock, here, there)
    hidden = make_permit(uow, clock, there)
    scope = Scope(everything=False, area_ids=frozenset({area.id}))
    local = actor_with(Right.READ_LAND, Right.CHANGE_LAND, scope=scope)
    assert get_permit(local, uow.session, permit.id).parcel_ids == [here.id]
    with pytest.raises(NotFound):
        get_permit(local, uow.session, hidden.id)
    with pytest.raises(Invalid):
        create_permit(local, facts_of(there), uow, clock)
    # What they do not see stays with it.
    change = Change(permit.id, permit.version)
    change_permit(local, change, facts_of(here, subject="Ditch"), uow, clock)
    assert parcel_ids_of(uow.session, permit.id) == {here.id, there.id}


def test_only_who_may_change_land_writes(actor_with, uow, clock):
    reader, permit = actor_with(Right.READ_LAND), make_permit(uow, clock)
    with pytest.raises(Forbidden):
        create_permit(reader, facts_of(make_parcel(uow, clock)), uow, clock)
    with pytest.raises(Forbidden):
        add_step(reader, AddStep(permit.id, LODGED, date(2025, 1, 2)), uow, clock)
    with pytest.raises(Forbidden):
        archive_permit(reader, Change(permit.id, permit.version), uow, clock)


def test_what_is_archived_is_brought_back_before_it_is_changed(keeper, uow, clock):
    parcel = make_parcel(uow, clock)
    permit = make_permit(uow, clock, parcel)
    (step,) = make_steps(uow, clock, permit, (LODGED, date(2025, 1, 2)))
    archive_permit(keeper, Change(permit.id, permit.version), uow, clock)
    for attempt in (
        lambda: change_permit(keeper, Change(permit.id, None), facts_of(parcel), uow, clock),
        lambda: add_step(keeper, AddStep(permit.id, COMPLETE, date(2025, 1, 3)), uow, clock),
        lambda: take_back_step(keeper, TakeBackStep(step.id, "No"), uow, clock),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "archived"


def test_references_differ_by_more_than_capitals(keeper, uow, clock):
    parcel = make_parcel(uow, clock)
    make_permit(uow, clock, parcel, reference="PERM-a")
    with pytest.raises(Conflict) as refused:
        create_permit(keeper, facts_of(parcel, reference="perm-A"), uow, clock)
    assert refused.value.code == "reference_taken"


def test_a_procedure_leaves_and_comes_back(keeper, uow, clock):
    permit = make_permit(uow, clock)
    archive_permit(keeper, Change(permit.id, permit.version), uow, clock)
    assert permit.archived_at
    with pytest.raises(StaleVersion):
        restore_permit(keeper, Change(permit.id, 1), uow, clock)
    restore_permit(keeper, Change(permit.id, permit.version), uow, clock)
    assert permit.archived_at is None
