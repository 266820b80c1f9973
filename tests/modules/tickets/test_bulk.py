"""The same for many tickets: done once each, left alone where it makes no sense, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.tickets.commands import MOST_AT_ONCE
from modules.tickets.enums import TicketStatus, Trade
from modules.tickets.models import Ticket
from modules.tickets.services import cancel_ticket
from tests.factories.portfolio import make_building
from tests.factories.tickets import AGENT, make_ticket
from tests.support.web import Login


@dataclass
class Pile:
    """Three open tickets of one building and one that is cancelled, the oldest first."""

    database: Database
    ids: list[UUID]

    @property
    def all(self) -> list[str]:
        return [str(one) for one in self.ids]

    def tickets(self) -> list[Ticket]:
        with self.database.reader() as session:
            return [session.get_one(Ticket, one) for one in self.ids]


@pytest.fixture
def pile(database: Database, clock: FixedClock) -> Pile:
    ids = []
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        for _ in range(4):
            ids.append(make_ticket(uow, clock, building).id)
            clock.advance(timedelta(minutes=1))
        cancel_ticket(AGENT, ids[3], "double", uow, clock)
    return Pile(database, ids)


def apply(client: FlaskClient, verb: str, pile: Pile, **given: str) -> str:
    answer = client.post(f"/tickets/bulk/{verb}/apply", data={"selected": pile.all} | given)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def undo(client: FlaskClient, verb: str, pile: Pile) -> None:
    answer = client.post(f"/tickets/bulk/{verb}/undo", data={"selected": pile.all})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tickets")


def test_the_list_offers_what_the_role_may_do(client: FlaskClient, login: Login) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    assert client.get("/tickets/bulk/team").status_code == 405
    login(client, Role.CARETAKER)
    for verb in ("team", "priority", "duplicate"):
        assert client.post(f"/tickets/bulk/{verb}").status_code == 403
        assert client.post(f"/tickets/bulk/{verb}/apply", data={"target": "x"}).status_code == 403
        assert client.post(f"/tickets/bulk/{verb}/undo").status_code == 403


@pytest.mark.parametrize("verb", ["team", "priority", "duplicate"])
def test_what_is_about_to_happen_is_shown_first(
    client: FlaskClient, login: Login, pile: Pile, verb: str
) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="nl")
    page = client.post(f"/tickets/bulk/{verb}", data={"selected": pile.all})
    assert page.status_code == 200
    for ticket in pile.tickets():
        assert ticket.number in page.get_data(as_text=True)
    nothing = client.post(f"/tickets/bulk/{verb}", data={})
    assert nothing.status_code == 200


def test_many_go_to_a_team_and_back(client: FlaskClient, login: Login, pile: Pile) -> None:
    login(client, Role.CALL_CENTRE_AGENT, locale="en")
    page = apply(client, "team", pile, target="heating", reason="It is the boiler.")
    assert "3 tickets were changed" in page
    assert "Left alone" in page
    assert [t.trade for t in pile.tickets()] == [*[Trade.HEATING] * 3, Trade.PLUMBING]
    again = apply(client, "team", pile, target="heating", reason="Again.")
    assert "0 tickets were changed" in again
    undo(client, "team", pile)
    assert {t.trade for t in pile.tickets()} == {Trade.PLUMBING}


def test_many_get_a_priority_and_their_deadlines_come_back(
    client: FlaskClient, login: Login, pile: Pile
) -> None:
    login(client, Role.DISPATCHER)
    before = [t.due_at for t in pile.tickets()]
    apply(client, "priority", pile, target="breakdown", reason="A child is at home.")
    assert [t.priority_key for t in pile.tickets()] == [*["breakdown"] * 3, "urgent"]
    undo(client, "priority", pile)
    assert [t.due_at for t in pile.tickets()] == before


def test_many_are_closed_as_duplicates_of_one_and_opened_again(
    client: FlaskClient, login: Login, pile: Pile
) -> None:
    login(client, Role.DISPATCHER)
    apply(client, "duplicate", pile, target=pile.all[0])
    first, *others = pile.tickets()
    assert first.affected_count == 3
    assert [t.duplicate_of_id for t in others] == [first.id, first.id, None]
    undo(client, "duplicate", pile)
    first, *others = pile.tickets()
    assert first.affected_count == 1
    assert [t.status for t in others][:2] == [TicketStatus.QUALIFIED] * 2


def test_a_later_change_or_a_change_of_somebody_else_is_not_taken_back(
    client: FlaskClient, login: Login, pile: Pile
) -> None:
    login(client, Role.DISPATCHER)
    apply(client, "priority", pile, target="breakdown", reason="Cold.")
    login(client, Role.DISPATCH_LEADER)
    undo(client, "priority", pile)
    assert [t.priority_key for t in pile.tickets()][:3] == ["breakdown"] * 3


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("team", {"target": "magic", "reason": "x"}),
        ("team", {"target": "heating"}),
        ("priority", {"target": "soon", "reason": "x"}),
        ("priority", {"target": "breakdown"}),
        ("duplicate", {"target": "none"}),
        ("duplicate", {}),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_changes(
    client: FlaskClient, login: Login, pile: Pile, verb: str, given: dict[str, str]
) -> None:
    login(client, Role.DISPATCHER)
    data = {"selected": pile.all} | given
    assert client.post(f"/tickets/bulk/{verb}/apply", data=data).status_code == 422
    assert {t.trade for t in pile.tickets()} == {Trade.PLUMBING}
    assert {t.priority_key for t in pile.tickets()} == {"urgent"}


def test_unknown_verbs_and_identifiers_are_absent(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCHER)
    assert client.post("/tickets/bulk/paint/undo").status_code == 404
    data = {"selected": "x", "target": "heating", "reason": "x"}
    assert client.post("/tickets/bulk/team/apply", data=data).status_code == 404


def test_programs_do_the_same_and_take_it_back(
    client: FlaskClient, login: Login, pile: Pile, database: Database
) -> None:
    login(client, Role.CALL_CENTRE_AGENT)
    many = "/api/v1/tickets/bulk"
    sent = {"ticket_ids": pile.all, "target": "heating", "reason": "It is the boiler."}
    done = client.post(f"{many}/team", json=sent)
    assert (done.status_code, sorted(done.json["changed"])) == (200, sorted(pile.all[:3]))
    assert done.json["left"] == pile.all[3:]
    assert [t.trade for t in pile.tickets()] == [*[Trade.HEATING] * 3, Trade.PLUMBING]
    back = client.post(f"{many}/team/undo", json={"ticket_ids": pile.all})
    assert sorted(back.json["changed"]) == sorted(pile.all[:3])
    assert {t.trade for t in pile.tickets()} == {Trade.PLUMBING}
    one = client.post(f"{many}/duplicate", json=sent | {"target": pile.all[0]}).json
    assert sorted(one["changed"]) == sorted(pile.all[1:3])
    for verb, wrong in (("team", "wizards"), ("priority", "whenever")):
        answer = client.post(f"{many}/{verb}", json=sent | {"target": wrong})
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "target"), verb
    assert client.post(f"{many}/team", json=sent | {"ticket_ids": []}).status_code == 422
    login(client, Role.CARETAKER)
    for path in ("team", "priority", "duplicate", "team/undo"):
        assert client.post(f"{many}/{path}", json=sent).status_code == 403, path


def test_no_more_than_a_page_is_changed_at_once(client, login: Login, pile: Pile) -> None:
    login(client, Role.DISPATCHER, sees_everything=True)
    many = pile.all + [str(new_id()) for _ in range(MOST_AT_ONCE)]
    sent = {"selected": many, "target": Trade.ELECTRICITY.value, "reason": "wire"}
    answer = client.post("/tickets/bulk/team/apply", data=sent, follow_redirects=True)
    assert "250" in answer.get_data(as_text=True)
    assert Trade.ELECTRICITY not in {one.trade for one in pile.tickets()}
    api = {"ticket_ids": many, "target": "electricity"}
    assert client.post("/api/v1/tickets/bulk/team", json=api).status_code == 422


def test_a_program_is_told_which_of_what_it_sent_is_wrong(client, login: Login, pile: Pile) -> None:
    login(client, Role.DISPATCHER, sees_everything=True)

    def refused(ids: list[str], target: str) -> tuple[str, str]:
        sent = {"ticket_ids": ids, "target": target}
        answer = client.post("/api/v1/tickets/bulk/duplicate", json=sent)
        assert answer.status_code == 422
        return answer.json["code"], answer.json["errors"][0]["field"]

    assert refused([str(new_id())], pile.all[0]) == ("nothing_chosen", "ticket_ids")
    assert refused(pile.all, "the first") == ("original_needed", "target")
