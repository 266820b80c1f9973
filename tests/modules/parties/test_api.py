"""People for programs."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.auth.roles import Role
from modules.parties.services import find_duplicates
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building, make_lot

AN = {"kind": "person", "name": "Peeters", "first_name": "An", "language": "nl",
      "phones": [{"number": "0470 12 34 56", "label": "soir"}],
      "emails": ["An@example.be"]}  # fmt: skip


def test_a_party_is_added_found_and_replaced(client, login):
    login(client, Role.CALL_CENTRE_AGENT)
    made = client.post("/api/v1/parties", json=AN)
    assert made.status_code == 201
    assert made.json["phones"] == [{"number": "+32470123456", "kind": "mobile", "label": "soir"}]
    assert made.json["emails"] == ["an@example.be"]
    for words in ("peet", "0470123456", "123456", "an@example.be"):
        assert client.get("/api/v1/parties", query_string={"q": words}).json["total"] == 1, words
    url = f"/api/v1/parties/{made.json['id']}"
    again = client.put(url, json={**AN, "phones": []}, headers={"If-Match": '"1"'})
    assert (again.status_code, again.json["phones"]) == (200, [])


def test_unreadable_numbers_are_named(client, login):
    login(client, Role.CALL_CENTRE_AGENT)
    answer = client.post("/api/v1/parties", json={**AN, "phones": [{"number": "12"}]})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "phones.0.number"


def test_moving_in(client, login, database, clock):
    login(client, Role.LETTING_AGENT)
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
    party = client.post("/api/v1/parties", json=AN).json
    stay = {"party_id": party["id"], "lot_id": str(lot.id), "starts_on": "2026-03-01"}
    assert client.post("/api/v1/occupancies", json=stay).status_code == 201
    stays = client.get(f"/api/v1/parties/{party['id']}/occupancies").json
    assert [(s["lot_id"], s["role"]) for s in stays] == [(str(lot.id), "tenant")]
    backwards = {**stay, "ends_on": "2026-01-01", "starts_on": "2026-04-01"}
    assert client.post("/api/v1/occupancies", json=backwards).status_code == 422


def test_moving_out(client, login, database, clock):
    login(client, Role.LETTING_AGENT)
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
    party = client.post("/api/v1/parties", json=AN).json
    stay = {"party_id": party["id"], "lot_id": str(lot.id), "starts_on": "2026-03-01"}
    address = f"/api/v1/occupancies/{client.post('/api/v1/occupancies', json=stay).json['id']}/end"
    assert client.post(address, json={"ends_on": "2026-02-01"}).status_code == 422
    assert client.post(address, json={}).status_code == 422
    assert client.post(address, json={"ends_on": "2026-08-31"}).json["ends_on"] == "2026-08-31"
    login(client, Role.TECHNICIAN)
    assert client.post(address, json={"ends_on": "2026-08-31"}).status_code == 403


def test_relations_and_channels(client, login):
    login(client, Role.LETTING_AGENT)
    household = client.post("/api/v1/parties", json={"kind": "household", "name": "Peeters"}).json
    person = client.post("/api/v1/parties", json=AN).json
    address = f"/api/v1/parties/{household['id']}/relations"
    head = {"person_id": person["id"], "relation": "head", "starts_on": "2026-01-01"}
    made = client.post(address, json=head)
    assert (made.status_code, made.json["ends_on"]) == (201, None)
    again = client.post(address, json=head)
    assert (again.status_code, again.json["code"]) == (409, "related_already")
    backwards = client.post(address, json=head | {"person_id": household["id"]})
    assert backwards.json["errors"][0]["field"] == "person_id"
    assert client.get(address).json == [made.json]
    assert client.get(f"/api/v1/parties/{person['id']}/relations").json == [made.json]
    ended = client.post(f"/api/v1/party-relations/{made.json['id']}/end")
    assert (ended.status_code, ended.json["ends_on"]) == (200, "2026-03-02")
    assert client.get(address).json == []
    channels = f"/api/v1/parties/{person['id']}/channels"
    refused = client.put(f"{channels}/sms", json={"is_allowed": False, "reason": "Sourd"})
    assert (refused.status_code, refused.json["since"]) == (200, "2026-03-02")
    assert client.get(channels).json == [refused.json]
    assert client.put(f"{channels}/pigeon", json={"is_allowed": False}).status_code == 404


def test_opening_a_party_is_noted_on_pages_and_by_program_alike(client, login, database):
    login(client, Role.CALL_CENTRE_AGENT)
    made = client.post("/api/v1/parties", json=AN | {"note": "Dettes", "postal_address": "Ici"})
    id_ = made.json["id"]
    address = f"/api/v1/parties/{id_}"

    def consultations() -> int:
        with database.reader() as session:
            noted = select(func.count()).where(AuditEntry.action == "party.consulted")
            return session.scalar(noted.where(AuditEntry.subject_id == UUID(id_)))

    (row,) = client.get("/api/v1/parties").json["items"]
    assert not {"note", "postal_address", "enterprise_number"} & row.keys()
    assert consultations() == 0
    parts = [address, *(f"{address}/{part}" for part in ("occupancies", "relations", "channels"))]
    sheets = [f"/parties/{id_}", f"/parties/{id_}/edit"]
    for number, opened in enumerate([*parts, *sheets], start=1):
        assert client.get(opened).status_code == 200
        assert consultations() == number, opened
    login(client, Role.LETTING_AGENT, sees_everything=False)
    assert client.get(address).status_code == 404
    assert consultations() == len(parts) + len(sheets)


def test_a_refused_change_that_shows_the_party_is_noted_and_may_be_sent_again(
    client, login, database
):
    login(client, Role.CALL_CENTRE_AGENT)
    address = f"/api/v1/parties/{client.post('/api/v1/parties', json=AN).json['id']}"
    client.put(address, json=AN | {"note": "First"}, headers={"If-Match": '"1"'})
    late = {"If-Match": '"1"', "Idempotency-Key": "a-key-of-this-call"}
    for _again in range(2):
        refused = client.put(address, json=AN | {"note": "Second"}, headers=late)
        assert (refused.status_code, refused.json["current"]["note"]) == (412, "First")
        assert "Idempotency-Replayed" not in refused.headers
    with database.reader() as session:
        noted = select(func.count()).where(AuditEntry.action == "party.consulted")
        assert session.scalar(noted) == 2
    sent_anew = late | {"If-Match": '"2"'}
    assert client.put(address, json=AN, headers=sent_anew).status_code == 200


def test_duplicates_are_dismissed_or_merged_and_a_merge_undone(client, login, database, clock):
    login(client, Role.LETTING_AGENT)
    with database.unit_of_work() as uow:
        for _ in range(3):
            make_party(uow, clock, birth_date=date(1980, 5, 1), phones=("0470123456",))
        find_duplicates(uow, clock)
    pairs = client.get("/api/v1/party-duplicates").json
    assert {pair["state"] for pair in pairs} == {"open"}
    assert len(pairs) == 3
    dismissed = client.post(f"/api/v1/party-duplicates/{pairs[0]['id']}/dismissal")
    assert (dismissed.status_code, dismissed.json["state"]) == (200, "dismissed")
    kept, merged = pairs[1]["first_id"], pairs[1]["second_id"]
    alone = client.post("/api/v1/party-merges", json={"kept_id": kept, "merged_id": kept})
    assert (alone.status_code, alone.json["errors"][0]["field"]) == (422, "merged_id")
    made = client.post("/api/v1/party-merges", json={"kept_id": kept, "merged_id": merged})
    assert (made.status_code, made.json["undone_at"]) == (201, None)
    every = f"/api/v1/party-merges?kept_id={kept}"
    assert client.get(every).json == [made.json]
    undo = f"/api/v1/party-merges/{made.json['id']}/undo"
    undone = client.post(undo).json
    assert (bool(undone["undone_at"]), undone["left"]) == (True, {})
    assert (client.post(undo).status_code, client.get(every).json) == (409, [])


def test_whom_one_may_not_see_or_change(client, login, database, clock):
    with database.unit_of_work() as uow:
        person = make_party(uow, clock)
    address = f"/api/v1/parties/{person.id}"
    login(client, Role.LETTING_AGENT, sees_everything=False)
    sent = {"person_id": str(person.id), "relation": "head"}
    assert client.post(f"{address}/relations", json=sent).status_code == 404
    assert client.put(f"{address}/channels/sms", json={"is_allowed": True}).status_code == 404
    assert client.get(f"/api/v1/party-merges?kept_id={person.id}").status_code == 404
    for part in ("relations", "channels"):
        assert client.get(f"{address}/{part}").status_code == 404
    login(client, Role.TECHNICIAN)
    assert client.post(f"{address}/relations", json=sent).status_code == 403
    assert client.get("/api/v1/party-duplicates").status_code == 403
