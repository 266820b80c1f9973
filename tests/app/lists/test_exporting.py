"""Files of long lists: asked for on a page, written by a job, handed to who asked."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import delete, select

from app import create_app
from app.audit.models import AuditEntry
from app.auth.actor import system_actor
from app.auth.models import User, UserRole, UserScope
from app.auth.roles import Role
from app.demo import plant_seeds
from app.i18n import use_locale
from app.ids import new_id
from app.jobs import JobCancelled, JobRun
from app.jobs.execute import execute
from app.jobs.models import JobRecord, JobState
from app.jobs.queue import claim_next
from app.lists.exporting import KEPT, export_list, forget_exports
from app.lists.sources import declared_lists
from app.notifications.models import Notification
from app.registry import find_modules
from app.web.context import house
from tests.app.lists.people import add_people
from tests.support.web import PageClient

ASK = {"list": "house.users", "kind": "csv", "query": "q=Person+00"}


@pytest.fixture
def app(settings, database, clock):
    """The application with every list too long to be streamed."""
    made = create_app(replace(settings, export_rows_at_once=0), clock=clock, database=database)
    made.testing = True
    made.config["WTF_CSRF_ENABLED"] = False
    made.test_client_class = PageClient
    return made


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def asker(client, login, database):
    with database.unit_of_work("test") as uow:
        add_people(uow, 25)
    return login(client, Role.ADMINISTRATOR, locale="en")


def folder(app):
    return house(app).settings.instance_dir / "exports"


def ask(client, **changed):
    answer = client.post("/lists/exports", data={**ASK, **changed})
    assert answer.status_code == 303
    return answer.location


def work(app) -> JobState:
    record = claim_next(house(app).database, "test", house(app).clock)
    return execute(house(app), record)


def file_of(page: str) -> str:
    return f"/lists/exports/{page.rpartition('/')[2]}/file"


def fetch(client, page: str):
    with client.get(file_of(page)) as answer:
        assert answer.status_code == 200
        return answer.headers, answer.data


def test_a_long_list_is_written_in_the_background_and_fetched(app, client, asker, database):
    offer = client.get("/admin/users?q=Person+00&format=csv").get_data(as_text=True)
    assert "Write the file" in offer
    assert 'value="q=Person+00"' in offer
    page = ask(client)
    assert "waiting" in client.get(page).get_data(as_text=True)
    assert client.get(file_of(page)).status_code == 404
    assert work(app) is JobState.DONE
    assert file_of(page) in client.get(page).get_data(as_text=True)
    headers, content = fetch(client, page)
    named = "attachment; filename=house-users-2026-03-02.csv"
    assert headers["Content-Disposition"] == named
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name;E-mail address;Roles")
    assert [line[:10] for line in lines[1:]] == [f"Person {n:03}" for n in range(10)]
    with database.reader() as session:
        told = session.scalars(select(Notification).where(Notification.user_id == asker.id)).one()
        assert told.url == page
        with use_locale("fr"):
            assert "« Comptes »" in told.sentence
        wanted = select(AuditEntry).where(AuditEntry.action == "lists.list.exported")
        entry = session.scalars(wanted).one()
        assert (entry.changes["rows"], entry.actor_id) == ([None, 10], asker.id)


def test_a_workbook_has_every_row(app, client, asker):
    page = ask(client, kind="xlsx", query="")
    work(app)
    sheet = openpyxl.load_workbook(BytesIO(fetch(client, page)[1])).active
    assert sheet.max_row == 1 + 25 + 1


def test_a_list_to_print_is_set_by_a_job_too_with_its_filters_and_totals(app, client, asker):
    offer = client.get("/admin/users?q=Person+00&format=pdf").get_data(as_text=True)
    assert "Write the file" in offer
    page = ask(client, kind="pdf")
    assert work(app) is JobState.DONE
    headers, content = fetch(client, page)
    assert headers["Content-Type"] == "application/pdf"
    assert content.startswith(b"%PDF-")


@pytest.mark.parametrize("wrong", [{"list": "nobody.knows"}, {"kind": "exe"}, {"kind": ""}])
def test_what_is_no_list_or_no_format_is_not_found(client, asker, wrong):
    assert client.post("/lists/exports", data={**ASK, **wrong}).status_code == 404


def test_a_list_is_not_exported_without_its_right(client, login):
    login(client, Role.TECHNICIAN)
    assert client.post("/lists/exports", data=ASK).status_code == 403


def test_nobody_else_fetches_the_file(app, client, login, asker):
    page = ask(client)
    work(app)
    other = app.test_client()
    login(other, Role.ADMINISTRATOR, email="other@example.org")
    assert other.get(file_of(page)).status_code == 404
    assert file_of(page) not in other.get(page).get_data(as_text=True)


def test_rights_are_looked_at_when_the_file_is_written_and_when_it_is_fetched(
    app, client, asker, database
):
    written = ask(client)
    work(app)
    waiting = ask(client)
    with database.unit_of_work("test") as uow:
        uow.session.execute(delete(UserRole).where(UserRole.user_id == asker.id))
    assert work(app) is JobState.FAILED
    assert client.get(file_of(written)).status_code == 403
    assert client.get(file_of(waiting)).status_code == 404


def test_a_file_of_another_scope_is_not_handed_out(app, client, asker, database):
    page = ask(client)
    work(app)
    with database.unit_of_work("test") as uow:
        uow.session.get_one(User, asker.id).sees_everything = False
        uow.session.add(UserScope(user_id=asker.id, kind="building", subject_id=new_id()))
    answer = client.get(file_of(page))
    assert answer.status_code == 403
    assert "Export the list again" in answer.get_data(as_text=True)


def test_a_stopped_run_leaves_no_file_and_starts_again(app, client, asker, database):
    page = ask(client)
    with database.reader() as session:
        record = session.scalars(select(JobRecord)).one()
    run = JobRun(
        database, house(app).clock, system_actor("test"), record.id, dict(record.args),
        is_cancelled=lambda: True, settings=house(app).settings,
    )  # fmt: skip
    with pytest.raises(JobCancelled):
        export_list(run)
    assert not list(folder(app).iterdir())
    client.post(f"{page}/cancel")
    assert "Start again" in client.get(page).get_data(as_text=True)
    client.post(f"{page}/resume")
    assert work(app) is JobState.DONE
    assert fetch(client, page)


def test_files_are_forgotten(app, client, asker, database, clock):
    ask(client)
    work(app)
    run = JobRun(database, clock, system_actor("test"), settings=house(app).settings)
    forget_exports(run)
    assert len(list(folder(app).iterdir())) == 1
    clock.advance(KEPT + timedelta(minutes=1))
    forget_exports(run)
    assert not list(folder(app).iterdir())


@pytest.mark.slow
def test_every_list_of_every_module_is_written(settings, database, clock):
    """Without an application: the words and rows of a list need no request."""
    app = create_app(settings, clock=clock, database=database)
    plant_seeds(house(app), scale=0.01, say=lambda _line: None)
    # What is set on paper no longer knows which database its rows came from.
    kinds = ("csv", "xlsx", "pdf") if database.is_sqlite else ("csv", "xlsx")
    for name in declared_lists(find_modules()):
        for kind in kinds:
            args = {"list": name, "query": "", "format": kind, "locale": "nl"}
            run_id = new_id()
            actor = system_actor("test")
            export_list(JobRun(database, clock, actor, run_id, args, settings=settings))
            path = settings.instance_dir / "exports" / f"{run_id}.{kind}"
            assert path.stat().st_size > 0


def test_programs_ask_follow_and_fetch_their_own_file(app, client, asker, login):
    wanted = {"list_name": "house.users", "query": "q=Person+00", "format": "csv"}
    asked = client.post("/api/v1/list-exports", json=wanted)
    assert (asked.status_code, asked.json["state"]) == (201, "waiting")
    address = f"/api/v1/list-exports/{asked.json['id']}/file"
    assert client.get(address).status_code == 404
    assert work(app) is JobState.DONE
    assert client.get(f"/api/v1/job-runs/{asked.json['id']}").json["state"] == "done"
    with client.get(address) as answer:
        assert "Person 001" in answer.get_data(as_text=True)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    login(client, Role.ADMINISTRATOR, email="other@example.org")
    assert client.get(address).status_code == 404
    nobody = wanted | {"list_name": "house.nothing"}
    assert client.post("/api/v1/list-exports", json=nobody).status_code == 404
    wrong = client.post("/api/v1/list-exports", json=wanted | {"format": "exe"})
    assert wrong.json["errors"][0]["field"] == "format"
    login(client, Role.CARETAKER, email="third@example.org")
    assert client.post("/api/v1/list-exports", json=wanted).status_code == 404
