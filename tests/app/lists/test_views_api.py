"""Lists and views of lists for programs."""

from app.auth.roles import Role

VIEWS = "/api/v1/list-views"
MINE = {"list_name": "house.users", "name": "Quiet", "query": "q=anna&sort=-email"}


def names(client) -> list[tuple[str, bool]]:
    lines = client.get(f"{VIEWS}?list_name=house.users").json
    return [(line["view"]["name"], line["is_default"]) for line in lines]


def test_the_lists_one_may_open_say_what_their_views_can_say(client, login):
    login(client, Role.ADMINISTRATOR, email="one@elsewhere.example")
    users = next(one for one in client.get("/api/v1/lists").json if one["name"] == "house.users")
    assert "email" in users["columns"]
    assert "q" in users["filters"]
    assert users["can_export"] is True
    login(client, Role.CARETAKER, email="caretaker@elsewhere.example")
    assert "house.users" not in {one["name"] for one in client.get("/api/v1/lists").json}
    assert client.get(f"{VIEWS}?list_name=house.users").status_code == 404
    assert client.post(VIEWS, json=MINE).status_code == 404


def test_a_view_is_kept_shared_preferred_and_forgotten(client, login):
    login(client, Role.ADMINISTRATOR, email="one@elsewhere.example")
    made = client.post(VIEWS, json=MINE)
    assert (made.status_code, made.json["query"]) == (201, MINE["query"])
    again = client.post(VIEWS, json=MINE | {"query": "", "is_shared": True})
    assert (again.json["id"], again.json["is_shared"]) == (made.json["id"], True)
    one = f"{VIEWS}/{made.json['id']}"
    for is_default in (True, True, False, False):
        sent = {"is_default": is_default}
        assert client.put(f"{one}/default", json=sent).status_code == 200
        assert names(client) == [("Quiet", is_default)]
    login(client, Role.ADMINISTRATOR, email="other@elsewhere.example")
    assert names(client) == [("Quiet", False)]
    assert client.put(f"{one}/default", json={"is_default": True}).status_code == 200
    assert client.delete(one).status_code == 204
    assert names(client) == []
    assert client.delete(one).status_code == 404


def test_a_view_of_ones_own_is_nobody_elses(client, login):
    login(client, Role.ADMINISTRATOR, email="one@elsewhere.example")
    one = f"{VIEWS}/{client.post(VIEWS, json=MINE).json['id']}"
    login(client, Role.ADMINISTRATOR, email="other@elsewhere.example")
    assert names(client) == []
    assert client.delete(one).status_code == 404
    assert client.put(f"{one}/default", json={"is_default": True}).status_code == 404
    nameless = client.post(VIEWS, json=MINE | {"name": " "})
    assert (nameless.status_code, nameless.json["errors"][0]["field"]) == (422, "name")


def test_a_shared_view_of_a_list_one_may_not_open_is_as_absent(client, login):
    login(client, Role.ADMINISTRATOR, email="one@elsewhere.example")
    one = f"{VIEWS}/{client.post(VIEWS, json=MINE | {'is_shared': True}).json['id']}"
    login(client, Role.CARETAKER, email="caretaker@elsewhere.example")
    assert client.put(f"{one}/default", json={"is_default": True}).status_code == 404
