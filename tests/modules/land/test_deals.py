"""Sales, purchases and lettings of land through the services: steps, amounts, scope, price."""

from dataclasses import replace
from datetime import date

import pytest
from shapely.geometry import box

from app.auth.actor import Scope
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.geo import Crs
from app.privacy import PersonRef
from app.privacy.texts import forget_words, telling_words
from modules.land.commands import AddDealStep, Change, DealFacts, TakeBackStep
from modules.land.deal_lifecycle import RULES
from modules.land.enums import OPEN_DEALS, DealKind, DealStatus, DealStepKind
from modules.land.models import Deal
from modules.land.privacy import PRIVACY
from modules.land.queries.deals import get_deal, nearby_deals, parcel_ids_of_deal, select_deals
from modules.land.services.deal_steps import add_deal_step, take_back_deal_step
from modules.land.services.deals import archive_deal, change_deal, create_deal, restore_deal
from modules.portfolio.commands import ShapeGiven
from modules.portfolio.enums import LandUse
from modules.portfolio.policies import PortfolioPermission as Right
from modules.portfolio.services import place_parcel
from tests.factories.land import make_deal, make_deal_steps, make_parcel
from tests.factories.portfolio import BUILDER, make_area

Step = DealStepKind
SOLD = (
    (Step.VALUED, date(2025, 1, 2), 5_000_000),
    (Step.PUBLISHED, date(2025, 2, 1), None),
    (Step.OFFERED, date(2025, 3, 1), 4_800_000),
    (Step.OFFERED, date(2025, 3, 2), 5_200_000),
    (Step.CALL_CLOSED, date(2025, 4, 1), None),
    (Step.CHOSEN, date(2025, 4, 5), 5_200_000),
    (Step.APPROVED, date(2025, 5, 1), None),
)
SIGNED = (*SOLD, (Step.SIGNED, date(2025, 6, 1), None))


@pytest.fixture
def keeper(actor_with):
    return actor_with(Right.READ_LAND, Right.CHANGE_LAND)


def test_a_sale_goes_step_by_step_to_the_deed(uow, clock):
    deal = make_deal(uow, clock)
    assert (deal.reference, deal.status) == ("LAND-0001", DealStatus.PREPARING)
    make_deal_steps(uow, clock, deal, *SOLD[:5])
    assert (deal.status, deal.offer_count) == (DealStatus.CHOOSING, 2)
    make_deal_steps(uow, clock, deal, *SOLD[5:])
    assert (deal.status, deal.valued_cents) == (DealStatus.AGREED, 5_000_000)
    make_deal_steps(uow, clock, deal, *SIGNED[-1:])
    assert (deal.status, deal.agreed_cents, deal.signed_on) == (
        DealStatus.SIGNED,
        5_200_000,
        date(2025, 6, 1),
    )


def test_an_agreement_that_falls_through_takes_its_amount_with_it(uow, clock):
    deal = make_deal(uow, clock)
    make_deal_steps(uow, clock, deal, *SOLD, (Step.FELL_THROUGH, date(2025, 5, 9), None))
    assert (deal.status, deal.agreed_cents) == (DealStatus.CHOOSING, None)


@pytest.mark.parametrize("kind", [Step.SIGNED, Step.APPROVED, Step.CALL_CLOSED, Step.FELL_THROUGH])
def test_what_cannot_come_first_is_refused(uow, clock, kind):
    deal = make_deal(uow, clock)
    with pytest.raises(Conflict) as refused:
        make_deal_steps(uow, clock, deal, (kind, date(2025, 1, 1), None))
    assert refused.value.code == "step_out_of_turn"


def test_nothing_follows_what_is_signed_or_given_up():
    ended = set(DealStatus) - OPEN_DEALS
    assert ended == {DealStatus.SIGNED, DealStatus.ABANDONED}
    assert all(not after & ended for after, _status in RULES.values())


def test_a_step_is_not_to_come_nor_twice_nor_priced_when_it_has_no_price(uow, clock):
    deal = make_deal(uow, clock)
    published = AddDealStep(deal.id, Step.PUBLISHED, date(2026, 1, 5))
    for command, code in (
        (replace(published, happened_on=date(2027, 1, 1)), "day_to_come"),
        (replace(published, amount_cents=1), "no_amount"),
    ):
        with pytest.raises(Invalid) as refused:
            add_deal_step(BUILDER, command, uow, clock)
        assert refused.value.code == code
    add_deal_step(BUILDER, published, uow, clock)
    with pytest.raises(Conflict) as refused:
        add_deal_step(BUILDER, published, uow, clock)
    assert refused.value.code == "step_there"


def test_a_step_is_taken_back_unless_later_ones_rest_on_it(uow, clock):
    deal = make_deal(uow, clock)
    steps = make_deal_steps(uow, clock, deal, *SIGNED)
    with pytest.raises(Conflict), uow.session.begin_nested():
        take_back_deal_step(BUILDER, TakeBackStep(steps[5].id, "Mistake"), uow, clock)
    take_back_deal_step(BUILDER, TakeBackStep(steps[-1].id, "Other file"), uow, clock)
    assert (deal.status, deal.signed_on) == (DealStatus.AGREED, None)
    with pytest.raises(Conflict):
        take_back_deal_step(BUILDER, TakeBackStep(steps[-1].id, "Again"), uow, clock)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": DealKind.LETTING}, "use_needed"),
        ({"kind": DealKind.SALE, "use": LandUse.HUNTING}, "use_of_lettings"),
        ({"kind": DealKind.SALE, "parcel_ids": ()}, "parcel_needed"),
    ],
)
def test_a_letting_says_its_title_and_only_a_purchase_is_about_no_land(uow, clock, facts, code):
    with pytest.raises(Invalid) as refused:
        make_deal(uow, clock, **facts)
    assert refused.value.code == code


def test_a_purchase_without_land_is_for_whoever_sees_all_of_it(actor_with, uow, clock):
    facts = DealFacts(DealKind.PURCHASE, "Field to buy", project="Forty homes")
    deal = create_deal(BUILDER, facts, uow, clock)
    area = make_area(uow, clock, "A")
    scope = Scope(everything=False, area_ids=frozenset({area.id}))
    local = actor_with(Right.READ_LAND, Right.CHANGE_LAND, scope=scope)
    with pytest.raises(NotFound):
        get_deal(local, uow.session, deal.id)
    with pytest.raises(Invalid):
        create_deal(local, facts, uow, clock)


def test_who_sees_one_of_the_parcels_sees_the_file_and_keeps_the_others(actor_with, uow, clock):
    area = make_area(uow, clock, "A")
    here, there = make_parcel(uow, clock, area_id=area.id), make_parcel(uow, clock)
    deal, hidden = make_deal(uow, clock, here, there), make_deal(uow, clock, there)
    scope = Scope(everything=False, area_ids=frozenset({area.id}))
    local = actor_with(Right.READ_LAND, Right.CHANGE_LAND, scope=scope)
    assert [one.id for one in uow.session.scalars(select_deals(local))] == [deal.id]
    with pytest.raises(NotFound):
        get_deal(local, uow.session, hidden.id)
    facts = DealFacts(DealKind.SALE, "Meadow", (here.id,), note="Muddy")
    change_deal(local, Change(deal.id, deal.version), facts, uow, clock)
    assert parcel_ids_of_deal(uow.session, deal.id) == {here.id, there.id}


def test_files_leave_come_back_and_are_not_written_meanwhile(keeper, actor_with, uow, clock):
    deal = make_deal(uow, clock)
    with pytest.raises(Forbidden):
        archive_deal(actor_with(Right.READ_LAND), Change(deal.id, deal.version), uow, clock)
    archive_deal(keeper, Change(deal.id, deal.version), uow, clock)
    for write in (
        lambda: make_deal_steps(uow, clock, deal, *SOLD[:1]),
        lambda: change_deal(
            keeper, Change(deal.id, deal.version), DealFacts(DealKind.SALE, "X"), uow, clock
        ),
    ):
        with pytest.raises(Conflict) as refused:
            write()
        assert refused.value.code == "archived"
    restore_deal(keeper, Change(deal.id, deal.version), uow, clock)
    assert deal.archived_at is None


def place(uow, clock, lon: float, **facts):
    parcel = make_parcel(uow, clock, **facts)
    shape = ShapeGiven(box(lon, 50.8, lon + 0.001, 50.801), Crs.WGS84)
    return place_parcel(BUILDER, Change(parcel.id, parcel.version), shape, uow, clock)


def test_what_land_near_came_to_is_compared_by_hectare_the_nearest_first(uow, clock):
    far = make_deal(uow, clock, place(uow, clock, 4.6, area_m2=20_000), subject="Far")
    near = make_deal(uow, clock, place(uow, clock, 4.35, area_m2=10_000), subject="Near")
    unsigned = make_deal(uow, clock, place(uow, clock, 4.31, area_m2=10_000))
    without_area = make_deal(uow, clock, make_parcel(uow, clock))
    letting = make_deal(
        uow, clock, place(uow, clock, 4.32, area_m2=10_000), kind=DealKind.LETTING,
        use=LandUse.FARM_LEASE,
    )  # fmt: skip
    for deal in (far, near, without_area, letting):
        make_deal_steps(uow, clock, deal, *SIGNED)
    make_deal_steps(uow, clock, unsigned, *SOLD)
    asked = make_deal(uow, clock, place(uow, clock, 4.3), subject="Asked")
    found = nearby_deals(BUILDER, uow.session, get_deal(BUILDER, uow.session, asked.id))
    assert [one.deal.subject for one in found] == ["Near", "Far"]
    assert [one.deal.cents_per_hectare for one in found] == [5_200_000, 2_600_000]
    assert found[0].distance_km == pytest.approx(3.5, abs=0.1)
    nowhere = get_deal(BUILDER, uow.session, make_deal(uow, clock).id)
    assert nearby_deals(BUILDER, uow.session, nowhere) == []


def test_a_buyer_is_forgotten_in_the_file(uow, clock):
    deal = make_deal(uow, clock, counterparty="Zenobie Canarisse", note="Ask Zenobie Canarisse")
    person = PersonRef("party", deal.id, "Zenobie", words=("Zenobie Canarisse",))
    texts = next(one for one in PRIVACY if getattr(one, "model", None) is Deal)
    assert forget_words(uow.session, Deal, texts.columns, telling_words(person))
    assert "Canarisse" not in deal.note + deal.counterparty + deal.search_text
