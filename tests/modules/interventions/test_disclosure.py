"""A person is shown the orders at their home: when somebody came and what was written of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clock import FixedClock
from app.comments.models import Comment
from app.db import Database, UnitOfWork
from app.i18n import use_locale
from app.ids import new_id
from modules.interventions.commands import Assignee, CreateOrder
from modules.interventions.enums import EntryKind, NoAccessReason, Outcome
from modules.interventions.models import Visit, WorkOrder
from modules.interventions.privacy import disclose
from modules.interventions.services import add_entry, assign_order, create_order, note_order
from modules.interventions.services.visits import Entry
from modules.parties.privacy import find_person
from modules.tickets.commands import CallAgain, Caller
from modules.tickets.services import call_again
from tests.factories.interventions import DISPATCHER, make_technician
from tests.factories.parties import make_party
from tests.factories.tickets import AGENT, make_ticket

Shown = dict[str, dict[str, Any]]


def told(number: int) -> str:
    return f"report {number}: Zoé Qwxyzek and Bart Vrbnt, 0477/11.22.33"


def visit(uow: UnitOfWork, order: WorkOrder, began: datetime, report: str) -> None:
    uow.session.add(
        Visit(
            order_id=order.id, actor_name="Ilse Claes", started_at=began, report=report,
            ended_at=began + timedelta(hours=1), outcome=Outcome.NO_ACCESS,
            no_access_reason=NoAccessReason.NOBODY,
        )
    )  # fmt: skip


@pytest.fixture
def orders(uow: UnitOfWork, clock: FixedClock) -> tuple[UUID, UUID, list[str]]:
    """Two people; an order for the call of one, one for both, and one of the other alone."""
    zoe = make_party(uow, clock, "Qwxyzek", "Zoé", phones=("0470998877",))
    bart = make_party(uow, clock, "Vrbnt", "Bart", phones=("0477112233",))
    calls = [
        make_ticket(uow, clock, caller=Caller(party_id=who.id, name=name, locale="fr"))
        for who, name in ((zoe, "Zoé Qwxyzek"), (zoe, "Zoé Qwxyzek"), (bart, "Bart Vrbnt"))
    ]
    again = CallAgain(Caller(name="Bart Vrbnt", phone="0477112233", locale="fr"), "again")
    call_again(AGENT, calls[0].id, again, uow, clock)
    made, ilse = [], make_technician(uow, clock)
    for number, served in enumerate((calls[:1], calls[1:], calls[2:])):
        command = CreateOrder(ticket_ids=tuple(one.id for one in served))
        order = create_order(DISPATCHER, command, uow, clock)
        order.work_done = told(number)
        order.contact_name, order.contact_phone = "Bart Vrbnt", "0477 11 22 33"
        visit(uow, order, clock.now(), told(number))
        assign_order(DISPATCHER, order.id, Assignee(ilse.id), uow, clock)
        note_order(DISPATCHER, order.id, told(number), uow, clock)
        signed = Entry(new_id(), EntryKind.SIGNATURE, clock.now(), "Zoé Qwxyzek", data={})
        add_entry(DISPATCHER, order.id, signed, uow, clock)
        comment = Comment(
            subject_type="work_order", subject_id=order.id, text=f"comment {number}",
            author_id=AGENT.user_id, author_name="N", created_at=clock.now(),
        )  # fmt: skip
        uow.session.add(comment)
        made.append(order.number)
    uow.flush()
    return zoe.id, bart.id, made


def shown(uow: UnitOfWork, clock: FixedClock, party_id: UUID) -> Shown:
    person = find_person(DISPATCHER, uow.session, party_id)
    assert person is not None
    with use_locale("en"):
        return {one["number"]: one for one in disclose(person, DISPATCHER, uow, clock)}


def test_the_visits_at_somebodys_home_are_shown_with_what_was_written(
    uow: UnitOfWork, clock: FixedClock, orders: tuple[UUID, UUID, list[str]]
) -> None:
    one = shown(uow, clock, orders[0])[orders[2][0]]
    assert one["status"] == "Assigned"
    (came,) = one["visits"]
    assert came["from"] == clock.now().isoformat()
    assert came["until"] == (clock.now() + timedelta(hours=1)).isoformat()
    assert (came["outcome"], came["no_access"]) == ("No access to the place", "Nobody home")
    # Nor who was given it, which an assignment writes as its text.
    assert "Ilse" not in str(one)
    assert one["work_done"].startswith("report 0: Zoé Qwxyzek")
    assert told(0).partition(" and")[0] in str(one["notes"])
    assert one["signed_by"] == ["Zoé Qwxyzek"]
    assert [said["text"] for said in one["comments"]] == ["comment 0"]


def test_an_order_for_several_shows_nobody_elses_data(
    uow: UnitOfWork, clock: FixedClock, orders: tuple[UUID, UUID, list[str]]
) -> None:
    mine = shown(uow, clock, orders[0])
    assert set(mine) == set(orders[2][:2])
    both = mine[orders[2][1]]
    assert len(both["visits"]) == 1
    for word in ("Vrbnt", "Bart", "0477"):
        assert word not in str(both)
    assert both["work_done"] == "report 1: Zoé Qwxyzek and …, …"
    # What hangs on it may show anybody of them.
    assert (both["comments"], both["files"], both["signed_by"]) == ([], [], ["Zoé Qwxyzek"])


def test_whom_to_ask_for_is_shown_the_order_as_far_as_it_is_about_them(
    uow: UnitOfWork, clock: FixedClock, orders: tuple[UUID, UUID, list[str]]
) -> None:
    mine = shown(uow, clock, orders[1])
    assert set(mine) == set(orders[2])
    assert mine[orders[2][0]]["contact"] == "Bart Vrbnt 0477 11 22 33"
    assert mine[orders[2][0]]["work_done"] == "report 0: … and Bart Vrbnt, 0477/11.22.33"
    assert mine[orders[2][2]]["work_done"] == told(2)


def test_a_firm_is_shown_what_it_was_given_and_not_whose_home_it_was(
    uow: UnitOfWork, clock: FixedClock, orders: tuple[UUID, UUID, list[str]], database: Database
) -> None:
    firm = make_party(uow, clock, "Toit", "Jan")
    order = uow.session.scalars(select(WorkOrder).where(WorkOrder.number == orders[2][2])).one()
    order.contractor_id, order.stored_title = firm.id, "Chez Bart Vrbnt"
    uow.flush()
    given = shown(uow, clock, firm.id)
    assert set(given) == {order.number}
    one = given[order.number]
    assert (one["contractor"], one["title"], len(one["visits"])) == (True, "Chez …", 1)
    assert "Vrbnt" not in str(one)
