"""Inside one's scope: every role passes every door its rights open, and no other."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.auth.commands import Device
from app.auth.models import User, UserScope
from app.auth.roles import Role
from app.auth.sessions import actor_of, open_session
from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.demo import DemoAccount, demo_accounts
from app.files.intake import take_in
from app.files.models import Attachment
from app.files.store import LocalFileStore
from app.web.context import house
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.parties.models import Occupancy, PartyDuplicate
from modules.portfolio.models import Area, Building, LandParcel
from tests.support.databases import Moment
from tests.support.doors import Door, Person, doors
from tests.support.every_table import fill_every_table
from tests.support.sizes import sized

pytestmark = pytest.mark.one_database

REFUSED = {401, 403, 404}
# These hand out or read files that a job or an upload made: tests/app/lists/test_exporting.py and
# tests/app/tabular/test_pages.py pass them; here they only refuse.
NEED_A_FILE = {
    "exports.file_download",
    "list_exports_api.ExportFile",
    "imports_api.ImportReading",
    "imports_api.ImportRehearsal",
    "imports_api.ImportedFile",
    "import_files.file_annotated",
    "imports.reading_edit",
    "imports.reading_save",
}

# Forms that are read before the right to them is asked for.
BODIES = {
    "attachments_api": {"caption": "Well"},
    "comments_api": {"text": "Well"},
    "import_profiles_api": {"name": "Well"},
    "list_views_api": {"is_default": True},
}


@pytest.fixture
def estate(app: Flask, settings, database: Database) -> None:
    """Something of everything, all of it in some building or area."""
    # A fault is an answer like others here: all of them are told at the end.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    fill_every_table(house(app), 0.02)
    stored = take_in(b"%PDF-1.7 plan", "plan.pdf", LocalFileStore(settings.files_dir))
    with database.unit_of_work() as uow:
        file = {"sha256": stored.sha256, "thumbnail_sha256": stored.sha256}
        uow.session.execute(update(Attachment).values(file))
        area = uow.session.scalars(select(Area.id).order_by(Area.code).limit(1)).one()
        uow.session.execute(update(LandParcel).values(area_id=area))
        housed = select(Occupancy.party_id).distinct().order_by(Occupancy.party_id)
        first, second = uow.session.scalars(housed.limit(2))
        pair = {"first_id": first, "second_id": second}
        uow.session.execute(update(PartyDuplicate).values(pair))


@pytest.fixture
def people(app: Flask, database: Database, clock: FixedClock, estate: None) -> list[Person]:
    with database.unit_of_work() as uow:
        return [arrive(app, account, uow, clock) for account in demo_accounts()]


def arrive(app: Flask, account: DemoAccount, uow: UnitOfWork, clock: FixedClock) -> Person:
    """Let somebody sign in who sees every place, but each because it was given to them."""
    user = uow.session.scalars(select(User).where(User.email == account.email)).one()
    user.sees_everything = False
    for kind, column in (("area", Area.id), ("building", Building.id)):
        for place in uow.session.scalars(select(column)):
            # Some have a few places from the demo.
            uow.session.merge(UserScope(user_id=user.id, kind=kind, subject_id=place))
    uow.flush()
    uow.session.refresh(user)
    client = FlaskClient(app)
    with client.session_transaction() as session:
        session["sid"] = open_session(user, Device("127.0.0.1", "test"), uow, clock)
    actor = actor_of(user, house(app).grants, uow.session)
    own = actor.can(OrderPermission.WORK) and not actor.can(OrderPermission.ASSIGN)
    order = give_order(user, list(Role).index(account.role), uow, clock) if own else None
    return Person(account.role, client, actor, order.id if order else None)


def give_order(user: User, number: int, uow: UnitOfWork, clock: FixedClock) -> WorkOrder:
    """Send somebody of the field an order of their own."""
    session = uow.session
    technician = session.scalar(select(Technician).where(Technician.user_id == user.id))
    if technician is None:
        now = clock.now()
        technician = Technician(name="N", user_id=user.id, created_at=now, updated_at=now)
        session.add(technician)
        uow.flush()
    order = session.scalars(
        select(WorkOrder).order_by(WorkOrder.number).offset(number).limit(1)
    ).one()
    order.technician_id = technician.id
    return order


def askers(
    app: Flask, database: Database, door: Door, people: list[Person], size: int
) -> list[tuple[Person, bool]]:
    """Choose who asks at a door: some who may and some who may not, if there are any."""
    chosen: dict[bool, list[tuple[Person, bool]]] = {True: [], False: []}
    with database.reader() as session:
        for person in people:
            may = door.opens_for(person, house(app).subjects, session)
            chosen[may].append((person, may))
            if min(map(len, chosen.values())) >= size:
                break
    return [*chosen[True][:size], *chosen[False][:size]]


@pytest.mark.slow
@sized(in_ci=1, of_the_bar=25)
def test_a_door_opens_for_exactly_those_with_the_right(
    app: Flask, database: Database, people: list[Person], keep: Callable[[], Moment], size: int
) -> None:
    chance = random.Random(20)
    planted = keep()
    with database.reader() as session:
        asked = list(doors(app, session))
    wrong = []
    for door in asked:
        chance.shuffle(people)
        for person, may in askers(app, database, door, people, size):
            status = ask(app, door, person)
            if not is_well(door, status, may=may):
                right = "may" if may else "may not"
                wrong.append(f"{person.role} {right} {door.method} {door.rule}: {status}")
            if door.method != "GET" and status < 400:
                planted.go_back()
    assert len(asked) > 300
    assert not wrong, "\n".join(wrong)


def ask(app: Flask, door: Door, person: Person) -> int:
    """Send the request, an empty form unless the right is asked for after the form was read."""
    has_form = door.method not in {"GET", "POST"}
    body = BODIES.get(door.rule.endpoint.partition(".")[0]) if has_form else None
    options = {"json": body, "headers": {"If-Match": '"1"'}} if body else {}
    address = door.address(app, person)
    return person.client.open(address, method=door.method, **options).status_code


def is_well(door: Door, status: int, *, may: bool) -> bool:
    """Tell whether an answer is right: a page is shown, or leads to one; a form was looked at."""
    if not may:
        return status in REFUSED
    if door.rule.endpoint in NEED_A_FILE:
        return status < 500
    return status < 400 if door.method == "GET" else status < 500 and status not in REFUSED
