"""People for programs."""

from app.auth.roles import Role
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
