"""People and organisations leave the lists without leaving the history, and come back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import Scope
from app.auth.roles import Role
from app.errors import Conflict, Forbidden, StaleVersion
from app.i18n import use_locale
from modules.interventions.commands import Assignee
from modules.interventions.policies import OrderPermission
from modules.interventions.services import assign_order
from modules.parties.commands import (
    AllowChannel,
    Change,
    MergeParties,
    PartyFacts,
    RelatePerson,
)
from modules.parties.enums import Channel, PartyKind, Relation
from modules.parties.models import Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import count_open_pairs, open_pairs, select_parties
from modules.parties.search import PartyProvider
from modules.parties.services import (
    allow_channel,
    archive_party,
    change_party,
    erase_party,
    find_duplicates,
    merge_parties,
    move_out,
    relate_person,
    restore_party,
    undo_merge,
)
from modules.tickets.commands import Caller
from modules.tickets.policies import TicketPermission
from tests.factories.interventions import DISPATCHER, make_order
from tests.factories.parties import BUILDER, house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket


def archive(uow, clock, party, actor=BUILDER):
    return archive_party(actor, Change(party.id, party.version), uow, clock)


def restore(uow, clock, party):
    return restore_party(BUILDER, Change(party.id, party.version), uow, clock)


def make_home(uow, clock, ends_on=None):
    """Make a household with a head, and a child that may have left it."""
    home = {
        "household": make_party(uow, clock, "Famille Dubois", "", kind=PartyKind.HOUSEHOLD),
        "head": make_party(uow, clock, "Dubois"),
        "child": make_party(uow, clock, "Dubois", "Léa"),
    }
    for who, relation, end in (
        ("head", Relation.HEAD, None),
        ("child", Relation.CHILD, ends_on),
    ):
        command = RelatePerson(
            home["household"].id, home[who].id, relation, starts_on=date(2024, 1, 1), ends_on=end
        )
        relate_person(BUILDER, command, uow, clock)
    return home


def listed(uow):
    return [party.name for party in uow.session.scalars(select_parties(BUILDER))]


class TestService:
    def test_it_leaves_lists_and_search_and_comes_back(self, uow, clock):
        party = make_party(uow, clock)
        archive(uow, clock, party)
        provider = PartyProvider()
        assert (listed(uow), list(provider.documents(uow.session, [party.id]))) == ([], [])
        assert party.archived_at == clock.now()
        restore(uow, clock, party)
        assert listed(uow) == ["Peeters"]
        assert len(list(provider.documents(uow.session, [party.id]))) == 1
        entries = uow.session.scalars(select(AuditEntry.action).order_by(AuditEntry.occurred_at))
        assert {"parties.party.archive", "parties.party.restore"} <= set(entries)

    def test_twice_is_once(self, uow, clock):
        party = make_party(uow, clock)
        archive(uow, clock, party)
        archive(uow, clock, party)
        restore(uow, clock, party)
        restore(uow, clock, party)
        written = uow.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "parties.party.archive")
        ).all()
        assert len(written) == 1

    def test_only_with_the_right_and_the_version_seen(self, uow, clock, actor_with):
        party = make_party(uow, clock)
        with pytest.raises(Forbidden):
            archive(uow, clock, party, actor_with(PartyPermission.CHANGE))
        with pytest.raises(StaleVersion):
            archive_party(BUILDER, Change(party.id, party.version + 1), uow, clock)

    @pytest.mark.parametrize("days", [-1, 30])
    def test_who_lives_in_the_estate_or_soon_will_stays(self, uow, clock, days):
        party = make_party(uow, clock)
        lot = make_lot(uow, clock, make_building(uow, clock))
        stay = house(uow, clock, party, lot.id, clock.today() + timedelta(days=days))
        with pytest.raises(Conflict, match="lives_here"):
            archive(uow, clock, party)
        if days < 0:
            move_out(BUILDER, stay.id, clock.today() - timedelta(days=1), uow, clock)
            assert archive(uow, clock, party).archived_at is not None

    @pytest.mark.parametrize("housed", ["household", "head"])
    @pytest.mark.parametrize("leaving", ["household", "head", "child"])
    def test_who_shares_a_home_in_the_estate_stays(self, uow, clock, housed, leaving):
        home = make_home(uow, clock)
        lot = make_lot(uow, clock, make_building(uow, clock))
        stay = house(uow, clock, home[housed], lot.id, clock.today() + timedelta(days=30))
        code = "lives_here" if housed == leaving else "household_lives_here"
        with pytest.raises(Conflict) as refused:
            archive(uow, clock, home[leaving])
        assert refused.value.code == code
        stay.starts_on, stay.ends_on = date(2024, 1, 1), clock.today() - timedelta(days=1)
        assert archive(uow, clock, home[leaving]).archived_at is not None

    def test_who_left_the_household_may_be_archived(self, uow, clock):
        home = make_home(uow, clock, ends_on=clock.today())
        lot = make_lot(uow, clock, make_building(uow, clock))
        house(uow, clock, home["household"], lot.id)
        assert archive(uow, clock, home["child"]).archived_at is not None

    def test_a_contact_of_a_tenant_may_be_archived(self, uow, clock):
        tenant, contact = make_party(uow, clock), make_party(uow, clock, "Dubois")
        relate_person(
            BUILDER, RelatePerson(tenant.id, contact.id, Relation.SOCIAL_WORKER), uow, clock
        )
        house(uow, clock, tenant, make_lot(uow, clock, make_building(uow, clock)).id)
        assert archive(uow, clock, contact).archived_at is not None

    def test_a_merged_or_an_erased_party_does_not_come_back_this_way(self, uow, clock):
        kept, merged, erased = (make_party(uow, clock, name) for name in ("A", "B", "C"))
        merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
        erase_party(BUILDER, erased.id, uow, clock)
        for party, code in ((merged, "merged_already"), (erased, "erased")):
            with pytest.raises(Conflict, match=code):
                restore(uow, clock, party)


@pytest.fixture
def twins(uow, clock):
    """Two entries that look alike, brought up as a pair."""
    found = [make_party(uow, clock, "Dubois", phones=("0470123456",)) for _ in range(2)]
    find_duplicates(uow, clock)
    return found


class TestPairs:
    @pytest.mark.parametrize("side", [0, 1])
    def test_a_pair_waits_while_one_of_the_two_is_archived(self, uow, clock, twins, side):
        pairs = sorted(twins, key=lambda party: party.id)
        archive(uow, clock, pairs[side])
        assert (open_pairs(BUILDER, uow.session), count_open_pairs(BUILDER, uow.session)) == ([], 0)
        restore(uow, clock, pairs[side])
        assert len(open_pairs(BUILDER, uow.session)) == 1
        assert count_open_pairs(BUILDER, uow.session) == 1

    @pytest.mark.parametrize("side", [0, 1])
    def test_an_archived_party_is_not_merged_on_either_side(self, uow, clock, twins, side):
        archive(uow, clock, twins[side])
        with pytest.raises(Conflict, match="archived_cannot_merge") as refused:
            merge_parties(BUILDER, MergeParties(twins[0].id, twins[1].id), uow, clock)
        with use_locale("en"):
            assert "Bring it back before merging." in str(refused.value.message)
        assert [party.merged_into_id for party in twins] == [None, None]

    def test_undoing_a_merge_brings_nobody_back_whose_data_was_erased(self, uow, clock, twins):
        kept, merged = twins
        merge = merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
        erase_party(BUILDER, kept.id, uow, clock)
        undo_merge(BUILDER, merge.id, uow, clock)
        assert (merged.merged_into_id, listed(uow)) == (None, [])


class TestWork:
    def test_a_caller_with_an_open_ticket_stays(self, uow, clock):
        party = make_party(uow, clock)
        ticket = make_ticket(uow, clock, caller=Caller(name="An", party_id=party.id))
        with pytest.raises(Conflict, match="has_open_work") as refused:
            archive(uow, clock, party)
        assert ticket.number in str(refused.value.message)

    def test_a_contractor_with_an_open_order_stays(self, uow, clock):
        firm = make_party(uow, clock, "Chauffage SA", "", kind=PartyKind.ORGANISATION)
        order = make_order(uow, clock)
        assign_order(DISPATCHER, order.id, Assignee(contractor_id=firm.id), uow, clock)
        with pytest.raises(Conflict, match="has_open_work") as refused:
            archive(uow, clock, firm)
        assert order.number in str(refused.value.message)

    @pytest.mark.parametrize("reads", [True, False])
    def test_who_does_not_see_the_work_reads_no_number(self, uow, clock, actor_with, reads):
        firm, caller = (
            make_party(uow, clock, name, "", kind=PartyKind.ORGANISATION) for name in "AB"
        )
        ticket = make_ticket(uow, clock, caller=Caller(name="An", party_id=caller.id))
        order = make_order(uow, clock, ticket_ids=(ticket.id,))
        assign_order(DISPATCHER, order.id, Assignee(contractor_id=firm.id), uow, clock)
        rights = (TicketPermission.READ, OrderPermission.READ) if reads else ()
        scope = Scope(everything=not reads)
        actor = actor_with(*PartyPermission, *rights, scope=scope)
        for party, number in ((firm, order.number), (caller, ticket.number)):
            with pytest.raises(Conflict, match="has_open_work") as refused:
                archive(uow, clock, party, actor)
            assert number not in str(refused.value.message)


@pytest.fixture
def an(database, clock):
    with database.unit_of_work() as uow:
        return make_party(uow, clock, phones=("0470123456",)).id


class TestPages:
    def test_the_sheet_offers_it_says_it_and_takes_it_back(self, client, login, an):
        login(client, Role.LETTING_AGENT, locale="en")
        page = client.get(f"/parties/{an}").get_data(as_text=True)
        assert f'action="/parties/{an}/archive"' in page
        client.post(f"/parties/{an}/archive", data={"version": 1})
        page = client.get(f"/parties/{an}").get_data(as_text=True)
        assert "Archived on" in page
        assert "New ticket" not in page
        assert f'action="/parties/{an}/archive"' not in page
        assert "Peeters" not in client.get("/parties").get_data(as_text=True)
        client.post(f"/parties/{an}/restore", data={"version": 2})
        assert "Peeters" in client.get("/parties").get_data(as_text=True)

    def test_the_list_shows_the_archived_when_asked(self, client, login, an, database, clock):
        with database.unit_of_work() as uow:
            used, merged, erased = (make_party(uow, clock, name) for name in ("A", "B", "C"))
            merge_parties(BUILDER, MergeParties(used.id, merged.id), uow, clock)
            erase_party(BUILDER, erased.id, uow, clock)
            archive(uow, clock, uow.session.get(Party, an))
        login(client, Role.LETTING_AGENT, locale="en")
        people = (an, used.id, merged.id, erased.id)
        for query, shown in (("", used.id), ("?archived=no", used.id), ("?archived=yes", an)):
            page = client.get(f"/parties{query}").get_data(as_text=True)
            assert [one for one in people if f'href="/parties/{one}"' in page] == [shown]
        assert client.get(f"/parties/{an}").status_code == 200

    def test_a_refusal_is_said_in_words(self, client, login, an, database, clock):
        with database.unit_of_work() as uow:
            lot = make_lot(uow, clock, make_building(uow, clock))
            house(uow, clock, uow.session.get(Party, an), lot.id, date(2026, 1, 1))
        login(client, Role.LETTING_AGENT, locale="en")
        sheet = client.post(
            f"/parties/{an}/archive", data={"version": 1}, follow_redirects=True
        ).get_data(as_text=True)
        assert "Write its last day there first." in sheet
        assert f'action="/parties/{an}/archive"' in sheet

    def test_without_the_right_it_is_not_offered(self, client, login, an):
        login(client, Role.CALL_CENTRE_AGENT, locale="en")
        assert "/archive" not in client.get(f"/parties/{an}").get_data(as_text=True)
        assert client.post(f"/parties/{an}/archive", data={"version": 1}).status_code == 403


def test_programs_archive_and_bring_back(client, login, an):
    login(client, Role.LETTING_AGENT)
    url = f"/api/v1/parties/{an}"
    assert client.delete(url, headers={"If-Match": '"1"'}).status_code == 204
    assert client.get("/api/v1/parties").json["total"] == 0
    assert client.get(url).status_code == 200
    assert client.post(f"{url}/restoration", json={}).status_code == 200
    assert client.get("/api/v1/parties").json["total"] == 1


def test_who_is_archived_is_changed_on_no_form_and_by_no_program(uow, clock):
    gone, other = make_party(uow, clock, "Dubois"), make_party(uow, clock, "Peeters")
    archive(uow, clock, gone)
    facts = PartyFacts(PartyKind.PERSON, "Dupont")
    contact = RelatePerson(other.id, gone.id, Relation.CONTACT)
    refused = (
        lambda: change_party(BUILDER, Change(gone.id, gone.version), facts, uow, clock),
        lambda: allow_channel(
            BUILDER, AllowChannel(gone.id, Channel.SMS, is_allowed=False), uow, clock
        ),
        lambda: relate_person(BUILDER, contact, uow, clock),
    )
    for attempt in refused:
        with pytest.raises(Conflict, match=r"^archived"):
            attempt()
    restore(uow, clock, gone)
    for done in refused:
        done()
    assert gone.name == "Dupont"


def test_who_was_merged_or_erased_is_told_so(uow, clock):
    kept, merged, erased = (make_party(uow, clock, name) for name in ("An", "Ann", "Bob"))
    merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
    erase_party(BUILDER, erased.id, uow, clock)
    for party, code in ((merged, "merged"), (erased, "erased")):
        with pytest.raises(Conflict, match=rf"^{code}"):
            change_party(
                BUILDER,
                Change(party.id, party.version),
                PartyFacts(PartyKind.PERSON, "X"),
                uow,
                clock,
            )


def test_two_archived_as_one_stay_archived_when_the_merge_is_undone(uow, clock):
    kept, merged = make_party(uow, clock, "An"), make_party(uow, clock, "Ann")
    merge = merge_parties(BUILDER, MergeParties(kept.id, merged.id), uow, clock)
    archive(uow, clock, kept)
    undo_merge(BUILDER, merge.id, uow, clock)
    assert merged.archived_at == kept.archived_at is not None
    restore(uow, clock, merged)
    assert [party.id for party in uow.session.scalars(select_parties(BUILDER))] == [merged.id]


def test_a_program_lists_those_archived(client, login, database, clock):
    with database.unit_of_work() as uow:
        gone, stays = make_party(uow, clock, "Dubois"), make_party(uow, clock, "Peeters")
        archive(uow, clock, gone)
    login(client, Role.ADMINISTRATOR)
    for query, party in (("?is_archived=true", gone), ("", stays)):
        items = client.get(f"/api/v1/parties{query}").json["items"]
        assert [item["id"] for item in items] == [str(party.id)]
