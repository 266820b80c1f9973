"""News for programs: one's own, and nobody else's."""

import pytest

from app.auth.roles import Role
from app.comments.services import MENTIONED
from app.i18n import lazy as _l
from app.notifications import Notice, notify

SENTENCE = _l("%(name)s mentions you: %(label)s", name="Jan", label="Boiler 7")


@pytest.fixture
def told(signed_in, database, clock):
    """Give a client whose owner was told two things."""
    client = signed_in(locale="nl")
    with database.unit_of_work("test") as uow:
        for url in ("/boilers/1", "/boilers/2"):
            notify(Notice(MENTIONED, SENTENCE, url), [client.user.id], uow, clock)
    return client


def news(client, **query):
    return client.get("/api/v1/notifications", query_string=query).get_json()


def test_news_is_listed_in_the_language_of_the_reader(told):
    page = news(told, page_size=1)
    assert (page["total"], len(page["items"])) == (2, 1)
    assert page["items"][0]["message"] == "Jan vermeldt u: Boiler 7"
    assert page["items"][0]["kind"] == "house.mentioned"


def test_news_is_marked_as_read_one_by_one_and_all_at_once(told):
    first = news(told)["items"][0]
    address = f"/api/v1/notifications/{first['id']}/read"
    assert [told.post(address).status_code for _ in range(2)] == [204, 204]
    assert news(told, is_unread="true")["total"] == 1
    assert told.post("/api/v1/notifications/read").status_code == 204
    assert news(told, is_unread="true")["total"] == 0
    assert news(told)["total"] == 2


def test_nobody_reads_or_marks_the_news_of_another(told, signed_in):
    other = signed_in(email="other@example.org")
    assert news(other)["total"] == 0
    address = f"/api/v1/notifications/{news(told)['items'][0]['id']}/read"
    assert other.post(address).status_code == 404
    assert news(told, is_unread="true")["total"] == 2


def test_what_one_is_told_is_chosen(told):
    address = "/api/v1/notifications/preferences"
    kinds = {row["kind"]: row for row in told.get(address).get_json()}
    assert kinds["house.mentioned"]["by_mail"] is True
    wanted = {"in_page": True, "by_mail": False}
    changed = told.put(f"{address}/house.mentioned", json=wanted)
    assert changed.status_code == 200
    assert changed.get_json() == {**kinds["house.mentioned"], **wanted}
    assert told.put(f"{address}/no.such", json=wanted).status_code == 404
    assert told.put(f"{address}/house.mentioned", json={}).status_code == 422


def test_only_news_that_can_concern_one_is_offered(told, client, login):
    """Who closes no alert is not asked whether to be told of them."""
    agent = {row["kind"] for row in told.get("/api/v1/notifications/preferences").get_json()}
    login(client, Role.ENERGY_COORDINATOR)
    page = client.get("/notifications/settings").text
    assert "energy.alert_opened" in page
    assert "energy.alert_opened" not in agent
    assert "interventions.order_given" not in page
    wanted = {"in_page": True, "by_mail": False}
    hidden = told.put("/api/v1/notifications/preferences/energy.alert_opened", json=wanted)
    assert hidden.status_code == 404
