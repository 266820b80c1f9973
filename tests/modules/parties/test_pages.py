"""The pages of people."""

import io
import zipfile
from datetime import date, timedelta

import html5lib
import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import system_actor
from app.auth.roles import Role
from app.jobs import JobRun
from modules.parties.enums import PartyKind, Relation
from modules.parties.jobs import look_for_duplicates
from modules.parties.models import (
    Occupancy,
    Party,
    PartyDuplicate,
    PartyEmail,
    PartyMerge,
    PartyRelation,
)
from modules.portfolio.api import LotStatus, lot_address
from modules.portfolio.models import Lot
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot


@pytest.fixture
def people(database, clock):
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        tenant = make_party(
            uow,
            clock,
            "El Amrani",
            "Fatima",
            phones=("0470123456",),
            emails=("f@example.be",),
            birth_date=date(1980, 5, 1),
        )
        twin = make_party(uow, clock, "Fatima", "El Amrani", phones=("0470123456",))
        house(uow, clock, tenant, lot.id)
    look_for_duplicates(JobRun(database, clock, system_actor("job")))
    with database.reader() as session:
        pair = session.scalars(select(PartyDuplicate)).one()
    return {
        "tenant": tenant.id,
        "twin": twin.id,
        "lot": lot.id,
        "building": lot.building_id,
        "pair": pair.id,
    }


PAGES = (
    "/parties",
    "/parties?q=0470+12+34+56&housed=yes",
    "/parties/new?name=Peeters",
    "/parties/options.json?q=fat",
    "/parties/{tenant}",
    "/parties/{tenant}/edit",
    "/parties/duplicates",
    "/parties/duplicates?q=Amrani&score_from=50&sort=first&cols=first&cols=kind",
    "/parties/duplicates/{pair}",
    "/lots/{lot}/parts/occupants",
    "/lots/{lot}/occupancies/new",
    "/lots/{lot}",
    "/buildings/{building}/parts/occupants",
)


@pytest.mark.parametrize("locale", ["fr", "nl"])
def test_every_page_opens(client, login, people, locale):
    login(client, Role.ADMINISTRATOR, locale=locale)
    for page in PAGES:
        assert client.get(page.format(**people)).status_code == 200, page


def test_a_role_without_people_sees_none(client, login, people):
    login(client, Role.STOREKEEPER)
    for page in PAGES:
        expected = 200 if page == "/lots/{lot}" else 403
        assert client.get(page.format(**people)).status_code == expected, page


def test_opening_a_sheet_is_noted(client, login, people, database):
    login(client, Role.CALL_CENTRE_AGENT)
    client.get(f"/parties/{people['tenant']}")
    with database.reader() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "party.consulted")
        ).one()
    assert entry.subject_id == people["tenant"]
    assert "Amrani" not in entry.subject_label


def test_a_party_is_added_changed_and_conflicts_are_shown(client, login, database):
    login(client, Role.CALL_CENTRE_AGENT)
    facts = {
        "kind": "person",
        "name": "Peeters",
        "first_name": "An",
        "language": "nl",
        "phones": "0470 12 34 56, soir\n02 555 12 34",
        "emails": "an@example.be",
    }
    created = client.post("/parties", data=facts)
    assert created.status_code == 303
    edit = f"{created.location}/edit"
    page = client.get(edit).get_data(as_text=True)
    assert "0470 12 34 56, soir" in page
    changed = {**facts, "note": "Une", "version": "1"}
    assert client.post(edit, data=changed).status_code == 303
    conflict = client.post(edit, data={**facts, "note": "Deux", "version": "1"})
    assert conflict.status_code == 412
    assert "Deux" in conflict.get_data(as_text=True)
    with database.reader() as session:
        assert session.scalars(select(Party)).one().note == "Une"


def test_unreadable_numbers_stand_at_their_box(client, login):
    login(client, Role.CALL_CENTRE_AGENT)
    response = client.post("/parties", data={"kind": "person", "name": "X", "phones": "12"})
    assert response.status_code == 422
    assert 'href="#f-phones"' in response.get_data(as_text=True)


def test_a_pair_is_merged_and_the_merge_undone(client, login, people, database):
    login(client, Role.LETTING_AGENT)
    data = {"kept_id": str(people["tenant"]), "merged_id": str(people["twin"])}
    assert client.post("/parties/merges", data=data).status_code == 303
    assert client.get("/parties/duplicates").status_code == 200
    with database.reader() as session:
        merge = session.scalars(select(PartyMerge)).one()
    page = client.get(f"/parties/{people['tenant']}").get_data(as_text=True)
    assert f"/parties/merges/{merge.id}/undo" in page
    assert client.post(f"/parties/merges/{merge.id}/undo").status_code == 303
    with database.reader() as session:
        assert session.get(Party, people["twin"]).merged_into_id is None


def test_undoing_a_merge_says_what_somebody_changed_since(client, login, people, database):
    login(client, Role.LETTING_AGENT, locale="en")
    data = {"kept_id": str(people["twin"]), "merged_id": str(people["tenant"])}
    client.post("/parties/merges", data=data)
    with database.unit_of_work() as uow:
        uow.session.scalars(select(Occupancy)).one().ends_on = date(2026, 3, 31)
        merge_id = uow.session.scalars(select(PartyMerge.id)).one()
    client.post(f"/parties/merges/{merge_id}/undo")
    page = client.get(f"/parties/{people['twin']}").get_data(as_text=True)
    assert "except for what was changed or removed since: Who lives where (1)" in page
    with database.reader() as session:
        assert session.scalars(select(Occupancy.party_id)).one() == people["twin"]
        assert session.scalars(select(PartyEmail.party_id)).one() == people["tenant"]


def test_documents_and_comments_follow_the_person_kept_and_come_back(
    client, login, people, database, clock
):
    login(client, Role.ADMINISTRATOR, locale="en")
    tenant, twin = people["tenant"], people["twin"]
    for party, words in ((tenant, "Asked for a lift"), (twin, "Prefers mornings")):
        about = {"subject_type": "party", "subject_id": str(party)}
        assert client.post("/api/v1/comments", json=about | {"text": words}).status_code == 201
        file = {"file": (io.BytesIO(b"%PDF-1.7"), f"{words}.pdf")}
        sent = client.post("/api/v1/attachments", data=file, query_string=about)
        assert sent.status_code == 201

    def written(party):
        about = {"subject_type": "party", "subject_id": str(party)}
        comments = client.get("/api/v1/comments", query_string=about).json["items"]
        files = client.get("/api/v1/attachments", query_string=about).json["items"]
        return {item["text"] for item in comments} | {item["name"] for item in files}

    own = {party: written(party) for party in (tenant, twin)}
    client.post("/parties/merges", data={"kept_id": tenant, "merged_id": twin})
    assert (written(tenant), written(twin)) == (own[tenant] | own[twin], set())
    with database.reader() as session:
        merge = session.scalars(select(PartyMerge.id)).one()
    client.post(f"/parties/merges/{merge}/undo")
    assert {party: written(party) for party in own} == own


def test_the_pairs_are_a_list_that_is_found_in_sorted_and_taken_out(client, login, people):
    login(client, Role.LETTING_AGENT, locale="en")
    sheet = f"/parties/duplicates/{people['pair']}"
    for address, is_there in (
        ("?q=0470+12+34+56", True),
        ("?q=Fatima&kind=person&score_from=50", True),
        ("?q=Peeters", False),
        ("?score_from=100.5", False),
        ("?kind=organisation", False),
    ):
        page = client.get(f"/parties/duplicates{address}")
        assert (f'<a href="{sheet}">' in page.text) is is_there, address
    file = client.get("/parties/duplicates?format=csv").get_data(as_text=True)
    assert "El Amrani" in file
    assert "same telephone" in file
    beside = client.get(sheet).text
    assert f'href="/parties/{people["tenant"]}"' in beside
    assert f'href="/parties/{people["twin"]}"' in beside


def test_pairs_leave_as_a_file_only_with_that_right(client, login, people):
    login(client, Role.DISPATCH_LEADER)
    assert client.get("/parties/duplicates").status_code == 200
    assert client.get("/parties/duplicates?format=csv").status_code == 403


def test_ticked_pairs_are_kept_apart_and_a_decided_one_is_left_alone(client, login, people):
    login(client, Role.LETTING_AGENT, locale="en")
    ticked = {"selected": str(people["pair"]), "next": "/parties/duplicates?sort=first"}
    first = client.post("/parties/duplicates/dismiss", data=ticked)
    assert first.location == "/parties/duplicates?sort=first"
    assert "1 pair is kept apart." in client.get(first.location).text
    client.post("/parties/duplicates/dismiss", data=ticked)
    assert "0 pairs are kept apart." in client.get("/parties/duplicates").text
    assert client.get(f"/parties/duplicates/{people['pair']}").status_code == 404


def test_two_people_are_kept_apart(client, login, people):
    login(client, Role.LETTING_AGENT)
    assert client.post(f"/parties/duplicates/{people['pair']}/dismiss").status_code == 303
    assert str(people["twin"]) not in client.get("/parties/duplicates").get_data(as_text=True)


def test_moving_in_and_out(client, login, people, database):
    login(client, Role.LETTING_AGENT)
    data = {"party_id": str(people["twin"]), "role": "occupant", "starts_on": "01/03/2026"}
    url = f"/lots/{people['lot']}/occupancies"
    assert client.post(url, data=data).status_code == 303
    assert client.post(url, data=data).status_code == 409
    with database.reader() as session:
        stay = session.scalars(select(Occupancy).where(Occupancy.party_id == people["twin"])).one()
    end, sheet = f"/occupancies/{stay.id}/end", f"/lots/{people['lot']}"
    assert f'value="{sheet}"' in client.get(f"{sheet}/parts/occupants").text
    for day, said in (("1990-01-01", "La fin précède le début."), ("", "Remplissez ce champ.")):
        refused = client.post(end, data={"ends_on": day, "next": sheet}, follow_redirects=True)
        assert refused.request.path == sheet
        assert said in refused.text
    assert client.post(f"/occupancies/{people['lot']}/end", data={}).status_code == 404
    ended = client.post(end, data={"ends_on": "2026-03-31"})
    assert ended.status_code == 303
    assert b"31/03/2026" in client.get(f"/lots/{people['lot']}/parts/occupants").data


def test_a_lot_noted_as_vacant_where_somebody_is_says_so(client, login, people, database, clock):
    login(client, Role.LETTING_AGENT, locale="en")
    part, doubt = f"/lots/{people['lot']}/parts/occupants", "noted as vacant, and somebody is in it"
    for status, is_doubtful in ((LotStatus.VACANT, True), (LotStatus.LET, False)):
        with database.unit_of_work() as uow:
            uow.session.get(Lot, people["lot"]).status = status
        assert (doubt in client.get(part).text) is is_doubtful
    assert f"/lots/{people['lot']}/status" not in client.get(part).text
    with database.unit_of_work() as uow:
        uow.session.get(Lot, people["lot"]).status = LotStatus.VACANT
        stay = uow.session.scalars(select(Occupancy)).one()
        stay.ends_on = clock.today() - timedelta(days=1)
    assert doubt not in client.get(part).text


def test_channels_and_relations(client, login, people, database):
    login(client, Role.LETTING_AGENT)
    sheet = f"/parties/{people['tenant']}"
    refused = client.post(f"{sheet}/channels", data={"channel": "sms", "reason": "demande"})
    assert refused.status_code == 303
    assert b"demande" in client.get(sheet).data
    data = {
        "person_id": str(people["twin"]),
        "relation": Relation.CONTACT.value,
        "may_be_contacted": "on",
    }
    assert client.post(f"{sheet}/relations", data=data).status_code == 303
    with database.reader() as session:
        relation = session.scalars(select(PartyRelation)).one()
    assert client.post(f"{sheet}/relations/{relation.id}/end").status_code == 303


def test_a_second_head_is_refused_on_the_sheet(client, login, people, database, clock):
    login(client, Role.LETTING_AGENT, locale="en")
    with database.unit_of_work() as uow:
        sheet = f"/parties/{make_party(uow, clock, kind=PartyKind.HOUSEHOLD).id}"
    for person in ("tenant", "twin"):
        data = {"person_id": str(people[person]), "relation": Relation.HEAD.value}
        said = client.post(f"{sheet}/relations", data=data, follow_redirects=True)
        assert (b"already has a head" in said.data) is (person == "twin")


def test_what_a_person_is_given_says_how_to_reach_the_officer(client, login, people):
    def pages():
        sent = client.post(f"/privacy/party/{people['tenant']}/disclosure")
        archive = zipfile.ZipFile(io.BytesIO(sent.data))
        return [archive.read(one).decode() for one in archive.namelist() if one.endswith(".html")]

    login(client, Role.DATA_PROTECTION_OFFICER)
    assert not any("dpo@example.org" in page for page in pages()), "nobody said who it is"
    login(client, Role.ADMINISTRATOR)
    office = {"name_fr": "CPAS", "privacy_contact": "Zoë Segers, dpo@example.org", "version": 0}
    assert client.post("/admin/office", data=office).status_code == 303
    assert "Zoë Segers, dpo@example.org" in client.get("/admin/office").text
    login(client, Role.DATA_PROTECTION_OFFICER, email="other@example.org")
    assert all("Zoë Segers, dpo@example.org" in page for page in pages())


def test_privacy_goes_through_the_house(client, login, people, database):
    login(client, Role.DATA_PROTECTION_OFFICER)
    told = client.post(f"/privacy/party/{people['tenant']}/disclosure")
    assert told.status_code == 200
    refused = client.post(
        f"/privacy/party/{people['tenant']}/erasure", data={"confirm": "Fatima El Amrani"}
    )
    assert refused.status_code == 409
    done = client.post(
        f"/privacy/party/{people['twin']}/erasure", data={"confirm": "El Amrani Fatima"}
    )
    assert done.status_code == 303
    with database.reader() as session:
        assert session.get(Party, people["twin"]).first_name == ""


def test_lists_take_a_constant_number_of_queries(
    client, login, people, database, clock, count_queries
):
    login(client, Role.ADMINISTRATOR)
    client.get("/parties")
    with count_queries() as few:
        client.get("/parties")
    with database.unit_of_work() as uow:
        for number in range(30):
            make_party(uow, clock, f"Nom{number}", phones=(f"04701234{number:02d}",))
    with count_queries() as many:
        client.get("/parties")
    assert few.count == many.count


def test_people_leave_as_a_file_only_with_the_right_to_export_them(client, login, people):
    login(client, Role.CALL_CENTRE_AGENT)
    assert "format=xlsx" not in client.get("/parties").get_data(as_text=True)
    assert [client.get(f"/parties?format={kind}").status_code for kind in ("csv", "pdf")] == [
        403
    ] * 2
    login(client, Role.FINANCE)
    assert "format=xlsx" in client.get("/parties").get_data(as_text=True)
    assert "Fatima" in client.get("/parties?format=csv").get_data(as_text=True)


def test_a_double_click_adds_one_party(client, login, database):
    login(client, Role.LETTING_AGENT)
    page = html5lib.parse(client.get("/parties/new").data, namespaceHTMLElements=False)
    key = next(i.get("value") for i in page.iter("input") if i.get("name") == "form_key")
    form = {"kind": "person", "name": "Peeters", "language": "nl", "form_key": key}
    answers = [client.post("/parties", data=form) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with database.reader() as session:
        assert len(session.scalars(select(Party)).all()) == 1


def test_the_list_tells_people_of_one_name_apart_by_where_they_are(client, login, database, clock):
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="4")
        house(uow, clock, make_party(uow, clock, "Peeters", "An"), lot.id)
        make_party(uow, clock, "Peeters", "Jan")
        uow.session.flush()
        address = lot_address(lot).partition(",")[0]
    login(client, Role.ADMINISTRATOR)
    page = client.get("/parties?q=Peeters").text
    assert page.count(address) == 1
    assert address.endswith("bte 4")
    file = client.get("/parties?q=Peeters&format=csv").text
    assert address in file
