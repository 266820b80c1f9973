"""People: written once, found by any number, merged without loss, forgotten on request."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import Scope
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.i18n import use_locale
from app.search.engine import SearchEngine
from app.search.identifiers import identify
from modules.parties.api import contact_of, occupants_of_lots, parties_of_lot, party_labels
from modules.parties.commands import (
    AllowChannel,
    Change,
    MergeParties,
    Occupy,
    PartyFacts,
    PhoneFacts,
    RelatePerson,
    RelationFacts,
)
from modules.parties.enums import Channel, DuplicateState, Language, PartyKind, Relation
from modules.parties.events import PartyErased, PartyMerged
from modules.parties.models import (
    ContactPermission,
    Occupancy,
    PartyDuplicate,
    PartyPhone,
    PartyRelation,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import find_party, get_party, list_relations, open_homes
from modules.parties.search import PartyProvider
from modules.parties.services import (
    allow_channel,
    change_party,
    change_relation,
    disclose_party,
    dismiss_duplicate,
    end_relation,
    erase_party,
    find_duplicates,
    merge_parties,
    move_in,
    move_out,
    relate_person,
    undo_merge,
)
from modules.parties.wording import undone_words
from modules.portfolio.api import seen_lot_addresses
from tests.factories.parties import BUILDER, house, make_party
from tests.factories.portfolio import make_area, make_building, make_lot

TODAY = date(2026, 3, 2)


@pytest.fixture
def lot(uow, clock):
    return make_lot(uow, clock, make_building(uow, clock))


def test_numbers_and_addresses_get_one_spelling(uow, clock):
    party = make_party(
        uow, clock, phones=("0470/12.34.56", "+32 470 12 34 56", "02 555 12 34"),
        emails=("An.Peeters@Example.BE",),
    )  # fmt: skip
    assert [p.e164 for p in party.phones] == ["+32470123456", "+3225551234"]
    assert [p.kind.value for p in party.phones] == ["mobile", "landline"]
    assert [e.email for e in party.emails] == ["an.peeters@example.be"]
    assert party.reference == "P-000001"


def test_every_unreadable_value_is_named(uow, clock):
    with pytest.raises(Invalid) as caught:
        make_party(uow, clock, name=" ", phones=("12", "0470123456"), emails=("nobody",))
    assert [e.field for e in caught.value.errors] == ["name", "phones.0.number", "emails.0"]


def test_change_keeps_the_rows_it_can(uow, clock):
    party = make_party(uow, clock, phones=("0470123456", "025551234"))
    first = party.phones[0].id
    facts = PartyFacts(
        PartyKind.PERSON, "Peeters", "An",
        phones=(PhoneFacts("025551234"), PhoneFacts("0470123456", label="soir")),
    )  # fmt: skip
    change_party(BUILDER, Change(party.id, 1), facts, uow, clock)
    assert [(p.e164, p.position) for p in party.phones] == [("+3225551234", 0), ("+32470123456", 1)]
    assert party.phones[1].id == first
    with pytest.raises(StaleVersion):
        change_party(BUILDER, Change(party.id, 1), facts, uow, clock)


def test_saving_unchanged_writes_nothing(uow, clock):
    party = make_party(uow, clock, phones=("0470123456",))
    facts = PartyFacts(PartyKind.PERSON, "Peeters", "An", phones=(PhoneFacts("0470 12 34 56"),))
    change_party(BUILDER, Change(party.id, 1), facts, uow, clock)
    assert party.version == 1


def found_by_number(actor, uow, typed):
    return list(PartyProvider().exact(actor, uow.session, identify(typed)))


def in_lot(uow, lot, day=TODAY):
    return occupants_of_lots(uow.session, [lot.id], day).get(lot.id, [])


@pytest.mark.parametrize("typed", ["0470123456", "0032 470 12 34 56", "123456", "12.34.56"])
def test_found_by_number_in_any_form(uow, clock, lot, typed):
    party = make_party(uow, clock, phones=("0470/12.34.56",))
    house(uow, clock, party, lot.id)
    (found,) = found_by_number(BUILDER, uow, typed)
    assert (found.id, found.title) == (party.id, "An Peeters")
    assert "0470 12 34 56" in found.detail
    assert found.explained.startswith(seen_lot_addresses(BUILDER, uow.session, [lot.id])[lot.id])
    (described,) = parties_of_lot(BUILDER, uow.session, lot.id, TODAY)
    assert (described.phones, described.lot_ids) == (("0470 12 34 56",), (lot.id,))


def test_an_answer_names_no_home_that_was_left_nor_one_the_actor_does_not_see(uow, clock, lot):
    gone, near = make_party(uow, clock, "Peeters", "Jan"), make_party(uow, clock, "Peeters", "Zoé")
    house(uow, clock, near, lot.id)
    house(uow, clock, gone, lot.id).ends_on = TODAY
    assert set(open_homes(BUILDER, uow.session, [gone.id, near.id])) == {near.id}
    elsewhere = replace(BUILDER, scope=Scope())
    assert open_homes(elsewhere, uow.session, [near.id]) == {}


def test_a_household_that_lives_nowhere_gives_way_to_the_people_of_its_name(
    database, uow, clock, lot
):
    household = make_party(uow, clock, "Peeters", "", kind=PartyKind.HOUSEHOLD)
    person = make_party(uow, clock, "Peeters", "Zoé")
    house(uow, clock, person, lot.id)
    uow.session.commit()
    engine = SearchEngine([PartyProvider()])

    def found():
        with database.reader() as session:
            (group,) = engine.search(BUILDER, session, "peeters")
        return [hit.id for hit in group.hits]

    assert found() == [person.id, household.id]
    house(uow, clock, household, lot.id)
    uow.session.commit()
    assert found() == [household.id, person.id]


@pytest.mark.parametrize("typed", ["An.Peeters@example.be", " an.peeters@", "an.peeters@exa"])
def test_found_by_an_email_or_its_beginning(uow, clock, typed):
    party = make_party(uow, clock, emails=("an.peeters@example.be",))
    make_party(uow, clock, emails=("an_peeters@example.be", "jan.peeters@example.be"))
    assert [hit.id for hit in found_by_number(BUILDER, uow, typed)] == [party.id]


class TestScope:
    @pytest.fixture
    def seen(self, uow, clock):
        area = make_area(uow, clock)
        here = make_lot(uow, clock, make_building(uow, clock, area_id=area.id))
        return area, here

    def test_people_of_other_areas_are_absent(self, uow, clock, lot, seen, actor_with):
        area, here = seen
        mine, theirs = make_party(uow, clock), make_party(uow, clock, phones=("0470123456",))
        house(uow, clock, mine, here.id)
        house(uow, clock, theirs, lot.id)
        actor = actor_with(PartyPermission.READ, scope=Scope(area_ids=frozenset({area.id})))
        assert find_party(actor, uow.session, mine.id)
        assert find_party(actor, uow.session, theirs.id) is None
        assert found_by_number(actor, uow, "0470123456") == []

    def test_the_household_of_a_tenant_is_seen(self, uow, clock, seen, actor_with):
        area, here = seen
        household = make_party(uow, clock, "Ménage Peeters", "", kind=PartyKind.HOUSEHOLD)
        child = make_party(uow, clock, first_name="Lou")
        relate_person(BUILDER, RelatePerson(household.id, child.id, Relation.CHILD), uow, clock)
        house(uow, clock, household, here.id)
        actor = actor_with(scope=Scope(area_ids=frozenset({area.id})))
        assert find_party(actor, uow.session, child.id)

    def test_organisations_are_seen_by_all(self, uow, clock, actor_with):
        firm = make_party(uow, clock, "Lift SA", "", kind=PartyKind.ORGANISATION)
        assert find_party(actor_with(scope=Scope()), uow.session, firm.id)


class TestHousing:
    def test_in_and_out(self, uow, clock, lot):
        party = make_party(uow, clock)
        stay = house(uow, clock, party, lot.id)
        assert [name for _party, name in in_lot(uow, lot)] == ["An Peeters"]
        move_out(BUILDER, stay.id, date(2026, 2, 28), uow, clock)
        assert in_lot(uow, lot) == []
        assert in_lot(uow, lot, date(2026, 2, 28))

    def test_twice_in_one_lot_is_refused(self, uow, clock, lot):
        party = make_party(uow, clock)
        house(uow, clock, party, lot.id)
        with pytest.raises(Conflict):
            house(uow, clock, party, lot.id, TODAY)

    def test_end_before_start_is_refused(self, uow, clock, lot):
        party = make_party(uow, clock)
        with pytest.raises(Invalid):
            move_in(BUILDER, Occupy(party.id, lot.id, TODAY, ends_on=date(2026, 1, 1)), uow, clock)


def test_refused_channels_hold(uow, clock):
    party = make_party(uow, clock, emails=("an@example.be",), language=Language.DUTCH)
    assert contact_of(uow.session, party.id).email == "an@example.be"
    allow_channel(
        BUILDER,
        AllowChannel(party.id, Channel.EMAIL, is_allowed=False, reason="demande"),
        uow,
        clock,
    )
    contact = contact_of(uow.session, party.id)
    assert contact.email is None
    assert contact.locales == ("nl",)
    assert contact.refused == {Channel.EMAIL: "demande"}


def test_unknown_language_is_written_to_in_both(uow, clock):
    assert contact_of(uow.session, make_party(uow, clock).id).locales == ("fr", "nl")


def test_only_a_person_joins_a_household(uow, clock):
    household = make_party(uow, clock, kind=PartyKind.HOUSEHOLD)
    firm = make_party(uow, clock, kind=PartyKind.ORGANISATION)
    for other in (firm, household):
        with pytest.raises(Invalid):
            relate_person(BUILDER, RelatePerson(household.id, other.id, Relation.CHILD), uow, clock)


def test_a_household_has_one_head_at_a_time(uow, clock):
    household = make_party(uow, clock, kind=PartyKind.HOUSEHOLD)
    ann, bob = make_party(uow, clock, "An"), make_party(uow, clock, "Bob")
    first = relate_person(BUILDER, RelatePerson(household.id, ann.id, Relation.HEAD), uow, clock)
    relate_person(BUILDER, RelatePerson(household.id, bob.id, Relation.PARTNER), uow, clock)
    second = RelatePerson(household.id, bob.id, Relation.HEAD)
    with pytest.raises(Conflict, match="second_head"):
        relate_person(BUILDER, second, uow, clock)
    end_relation(BUILDER, first.id, uow, clock)
    relate_person(BUILDER, second, uow, clock)
    later = RelationFacts(ends_on=TODAY + timedelta(days=30))
    with pytest.raises(Conflict, match="second_head"):
        change_relation(BUILDER, first.id, later, uow, clock)


class TestDuplicates:
    @pytest.fixture
    def twins(self, uow, clock, lot):
        one = make_party(
            uow, clock, "El Amrani", "Fatima", phones=("0470123456",), birth_date=date(1980, 5, 1)
        )
        other = make_party(
            uow,
            clock,
            "Fatima",
            "El-Amrani",
            phones=("0470 12 34 56", "025551234"),
            emails=("f@example.be",),
            note="Préfère le matin",
        )
        house(uow, clock, other, lot.id)
        return one, other

    def test_found_once(self, uow, clock, twins):
        make_party(uow, clock, "Peeters", "Jan", phones=("0470123456",))
        assert find_duplicates(uow, clock) == 1
        assert find_duplicates(uow, clock) == 0
        pair = uow.session.scalars(select(PartyDuplicate)).one()
        assert {pair.first_id, pair.second_id} == {party.id for party in twins}
        assert pair.reasons == {"same_name": 50, "same_phone": 35}

    def test_dismissed_stays_dismissed(self, uow, clock, twins):
        find_duplicates(uow, clock)
        pair = uow.session.scalars(select(PartyDuplicate)).one()
        dismiss_duplicate(BUILDER, pair.id, uow, clock)
        assert find_duplicates(uow, clock) == 0
        assert pair.state is DuplicateState.DISMISSED

    def test_merge_loses_no_link(self, uow, clock, lot, twins):
        one, other = twins
        find_duplicates(uow, clock)
        merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        kept = get_party(BUILDER, uow.session, one.id)
        assert [p.e164 for p in kept.phones] == ["+32470123456", "+3225551234"]
        assert [e.email for e in kept.emails] == ["f@example.be"]
        assert kept.note == "Préfère le matin"
        assert [party for party, _name in in_lot(uow, lot)] == [one.id]
        assert uow.session.scalars(select(PartyDuplicate)).one().state is DuplicateState.MERGED
        assert [hit.id for hit in found_by_number(BUILDER, uow, "025551234")] == [one.id]

    def test_undo_gives_each_its_own_again(self, uow, clock, lot, twins):
        one, other = twins
        merge = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        undo_merge(BUILDER, merge.id, uow, clock)
        kept, back = (get_party(BUILDER, uow.session, p.id) for p in twins)
        assert [p.e164 for p in kept.phones] == ["+32470123456"]
        assert [p.e164 for p in back.phones] == ["+32470123456", "+3225551234"]
        assert (kept.note, back.archived_at, back.merged_into_id) == ("", None, None)
        assert [party for party, _name in in_lot(uow, lot)] == [other.id]
        with pytest.raises(Conflict):
            undo_merge(BUILDER, merge.id, uow, clock)

    def test_undo_brings_up_again_what_the_merge_settled(self, uow, clock, twins):
        one, other = twins
        third = make_party(uow, clock, "El Amrani", "Fatima", phones=("0470123456", "025551234"))
        find_duplicates(uow, clock)
        pairs = uow.session.scalars(select(PartyDuplicate)).all()
        by_people = {frozenset((p.first_id, p.second_id)): p for p in pairs}
        told_apart = by_people[frozenset((one.id, third.id))]
        dismiss_duplicate(BUILDER, told_apart.id, uow, clock)
        merge = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        assert DuplicateState.OPEN not in {pair.state for pair in pairs}
        undo_merge(BUILDER, merge.id, uow, clock)
        settled = [by_people[frozenset((other.id, p))] for p in (one.id, third.id)]
        assert [(p.state, p.decided_at) for p in settled] == [(DuplicateState.OPEN, None)] * 2
        # What a person decided before stays decided.
        assert told_apart.state is DuplicateState.DISMISSED

    def test_undo_leaves_a_pair_settled_when_the_other_party_is_gone_since(self, uow, clock, twins):
        one, other = twins
        third = make_party(uow, clock, "El Amrani", "Fatima", phones=("0470123456", "025551234"))
        fourth = make_party(uow, clock, "Peeters", "Jan")
        find_duplicates(uow, clock)
        merge = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        merge_parties(BUILDER, MergeParties(fourth.id, third.id), uow, clock)
        undo_merge(BUILDER, merge.id, uow, clock)
        open_pairs = uow.session.scalars(
            select(PartyDuplicate).where(PartyDuplicate.state == DuplicateState.OPEN)
        )
        assert [{p.first_id, p.second_id} for p in open_pairs] == [{one.id, other.id}]

    def test_what_a_merge_filled_in_is_found_and_sorted_by(self, uow, clock):
        kept = make_party(uow, clock, "Vandamme", "")
        other = make_party(uow, clock, "Van Damme", "Els")
        merge = merge_parties(BUILDER, MergeParties(kept.id, other.id), uow, clock)
        assert kept.sort_name == "vandamme els"
        assert "els" in kept.search_text.split()
        undo_merge(BUILDER, merge.id, uow, clock)
        assert kept.sort_name == "vandamme"

    def test_undo_leaves_what_was_changed_since(self, uow, clock, twins):
        one, other = twins
        merge = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        one.note = "Préfère le soir"
        undo_merge(BUILDER, merge.id, uow, clock)
        assert (one.note, other.note) == ("Préfère le soir", "Préfère le matin")

    def test_undo_leaves_links_changed_or_removed_since_and_says_which(
        self, uow, clock, lot, twins
    ):
        one, other = twins
        child, guardian = (make_party(uow, clock, name) for name in ("Peeters", "Claes"))
        day = clock.today()
        for person in (child, guardian):
            contact = RelatePerson(other.id, person.id, Relation.CONTACT, starts_on=day)
            relate_person(BUILDER, contact, uow, clock)
        allow_channel(BUILDER, AllowChannel(other.id, Channel.EMAIL, is_allowed=False), uow, clock)
        allow_channel(BUILDER, AllowChannel(other.id, Channel.SMS, is_allowed=False), uow, clock)
        merge = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        third = make_party(uow, clock, "Maes")
        relations = {row.person_id: row for row in uow.session.scalars(select(PartyRelation))}
        uow.session.expire_all()
        relations[guardian.id].ends_on = day
        allow_channel(BUILDER, AllowChannel(one.id, Channel.EMAIL, is_allowed=True), uow, clock)
        stay = uow.session.scalars(select(Occupancy)).one()
        stay.party_id = third.id
        phone = uow.session.scalars(
            select(PartyPhone).where(
                PartyPhone.party_id == one.id, PartyPhone.e164 == "+3225551234"
            )
        ).one()
        uow.session.delete(phone)
        uow.flush()
        undo_merge(BUILDER, merge.id, uow, clock)
        uow.session.expire_all()
        assert merge.left == {
            "contact_permissions": 1,
            "occupancies": 1,
            "party_phones": 1,
            "party_relations": 1,
        }
        assert stay.party_id == third.id
        assert {relations[child.id].party_id, relations[guardian.id].party_id} == {
            other.id,
            one.id,
        }
        assert relations[guardian.id].party_id == one.id
        permissions = uow.session.execute(
            select(ContactPermission.channel, ContactPermission.party_id)
        ).all()
        assert set(permissions) == {(Channel.EMAIL, one.id), (Channel.SMS, other.id)}
        assert [e.email for e in get_party(BUILDER, uow.session, other.id).emails] == [
            "f@example.be"
        ]
        with use_locale("en"):
            said = undone_words(merge.left)
        assert "changed or removed since" in said
        assert "Who lives where (1)" in said

    def test_undo_of_a_merge_of_an_earlier_release_moves_all_that_is_there(
        self, uow, clock, lot, twins
    ):
        one, other = twins
        merge = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        merge.moved = {key: value for key, value in merge.moved.items() if key != "states"}
        uow.session.scalars(select(Occupancy)).one().ends_on = clock.today()
        uow.flush()
        undo_merge(BUILDER, merge.id, uow, clock)
        assert uow.session.scalars(select(Occupancy.party_id)).one() == other.id
        assert merge.left == {}

    def test_of_two_merges_in_a_row_the_later_is_undone_first(self, uow, clock, twins):
        one, other = twins
        third = make_party(uow, clock, "El Amrani", "Fatima")
        first = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        second = merge_parties(BUILDER, MergeParties(third.id, one.id), uow, clock)
        with pytest.raises(Conflict):
            undo_merge(BUILDER, first.id, uow, clock)
        undo_merge(BUILDER, second.id, uow, clock)
        undo_merge(BUILDER, first.id, uow, clock)
        back = get_party(BUILDER, uow.session, other.id)
        assert [p.e164 for p in back.phones] == ["+32470123456", "+3225551234"]

    def test_other_modules_move_their_links_and_get_them_back(self, database, clock):
        from app.db import EventBus

        heard = []

        def listen(event, actor, uow, clock):
            event.moved["elsewhere.party_id"] = ["x"]
            heard.append(event)

        database.bus = EventBus([(PartyMerged, listen)])
        with database.unit_of_work() as uow:
            one, other = make_party(uow, clock), make_party(uow, clock)
            merge = merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
            assert merge.moved["links"]["elsewhere.party_id"] == ["x"]
        assert len(heard) == 1

    def test_relation_between_the_two_does_not_tie_one_to_itself(self, uow, clock, twins):
        one, other = twins
        relate_person(BUILDER, RelatePerson(one.id, other.id, Relation.CONTACT), uow, clock)
        merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        assert uow.session.scalars(select(PartyRelation)).one().party_id == one.id

    def test_merging_needs_the_right_and_two_parties(self, uow, clock, twins, actor_with):
        one, other = twins
        with pytest.raises(Forbidden):
            merge_parties(actor_with(), MergeParties(one.id, other.id), uow, clock)
        with pytest.raises(Invalid):
            merge_parties(BUILDER, MergeParties(one.id, one.id), uow, clock)
        merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)
        with pytest.raises(Conflict):
            merge_parties(BUILDER, MergeParties(one.id, other.id), uow, clock)


class TestPrivacy:
    @pytest.fixture
    def person(self, uow, clock, lot):
        party = make_party(
            uow, clock, "Canaris", "Zoltan", phones=("0470999888",), emails=("zc@example.be",),
            birth_date=date(1970, 1, 1), note="Canaris parle hongrois",
        )  # fmt: skip
        stay = house(uow, clock, party, lot.id)
        return party, stay

    def test_disclosure_holds_everything_and_is_logged(self, uow, clock, person):
        told = disclose_party(BUILDER, person[0].id, uow, clock)
        assert told["phones"] == [{"number": "+32470999888", "label": ""}]
        assert told["stays"][0]["from"] == "2025-01-01"
        uow.flush()
        actions = uow.session.scalars(select(AuditEntry.action)).all()
        assert "party.consulted" in actions

    def test_a_tenant_is_not_erased(self, uow, clock, person):
        with pytest.raises(Conflict):
            erase_party(BUILDER, person[0].id, uow, clock)

    def test_erasure_leaves_no_trace_anywhere(self, database, clock):
        from app.db import EventBus

        heard = []
        database.bus = EventBus([(PartyErased, lambda event, *rest: heard.append(event))])
        with database.unit_of_work() as uow:
            party = make_party(
                uow, clock, "Canaris", "Zoltan", phones=("0470999888",), emails=("zc@example.be",)
            )
            change_party(
                BUILDER,
                Change(party.id, 1),
                PartyFacts(PartyKind.PERSON, "Canaris", "Zo"),
                uow,
                clock,
            )
        with database.unit_of_work() as uow:
            erase_party(BUILDER, party.id, uow, clock)
        dump = json.dumps(_everything(database), default=str)
        for secret in ("Canaris", "canaris", "470999888", "zc@example.be"):
            assert secret not in dump
        assert [event.party_id for event in heard] == [party.id]


def _everything(database):
    from app.db import Base

    with database.reader() as session:
        return [
            [list(row) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        ]


def test_labels_take_one_query(uow, clock, count_queries):
    people = [make_party(uow, clock, name=f"N{i}") for i in range(4)]
    uow.flush()
    with count_queries() as counted:
        labels = party_labels(uow.session, [p.id for p in people])
    assert counted.count == 1
    assert labels[people[0].id] == "An N0"


def test_relations_are_read_from_both_sides(uow, clock):
    household = make_party(uow, clock, "Ménage", "", kind=PartyKind.HOUSEHOLD)
    person = make_party(uow, clock)
    relate_person(BUILDER, RelatePerson(household.id, person.id, Relation.HEAD), uow, clock)
    assert [(o.id, p) for _, o, p in list_relations(uow.session, household.id, clock.today())] == [
        (person.id, True)
    ]
    assert [(o.id, p) for _, o, p in list_relations(uow.session, person.id, clock.today())] == [
        (household.id, False)
    ]


def test_absent_party_is_not_found(uow, clock, lot):
    with pytest.raises(NotFound):
        get_party(BUILDER, uow.session, lot.id)
    assert uow.session.scalars(select(Occupancy)).all() == []


def test_nobody_is_born_tomorrow_and_no_reference_is_a_formula(database, clock):
    tomorrow = TODAY + timedelta(days=1)
    with database.unit_of_work() as uow:
        for wrong in ({"birth_date": tomorrow}, {"reference": "=1+1"}):
            with pytest.raises(Invalid):
                make_party(uow, clock, **wrong)
        party = make_party(uow, clock, birth_date=TODAY)
        facts = PartyFacts(PartyKind.PERSON, "Dubois", birth_date=tomorrow)
        with pytest.raises(Invalid):
            change_party(BUILDER, Change(party.id, party.version), facts, uow, clock)
