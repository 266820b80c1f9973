"""The import pages, from the upload to the undo, on the French register and on made-up files."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.auth.models import RoleOverride
from app.auth.roles import Role
from app.jobs.execute import execute, run_now
from app.jobs.models import JobRecord, JobState
from app.policies import HousePermission
from app.tabular.models import BatchState, ImportBatch, ImportProfile
from app.tabular.queries import running_batches
from app.tabular.readers import open_reader
from app.tabular.uploads import Uploads
from app.tabular.wizard import APPLY_JOB
from app.web.context import house
from modules.portfolio.models import Lot
from tests.factories.portfolio import make_building, make_lot

DATA = Path(__file__).parents[2] / "data" / "rpls"
READING = {"decimal": "point", "dates": "day_first", "blank": "keep"}


@pytest.fixture
def director(client, login):
    return login(client, Role.PROPERTY_DIRECTOR)


def upload(client, content: bytes, name: str = "register.csv", kind: str = "rpls"):
    data = {"kind": kind, "file": (io.BytesIO(content), name)}
    return client.post("/imports", data=data, content_type="multipart/form-data")


def batch_of(database) -> ImportBatch:
    with database.reader() as session:
        return session.scalars(select(ImportBatch).order_by(ImportBatch.created_at.desc())).first()


def count(database, model) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model))


def work_off(app, database, name: str) -> JobState:
    """Do what the scheduler would: run the job the page asked for."""
    with app.app_context():
        return run_now(house(), name, {"batch_id": str(batch_of(database).id)})


def test_nothing_imported_yet_says_how_to_begin(client, director):
    page = client.get("/imports").get_data(as_text=True)
    assert "/imports/templates/rpls/xlsx" in page
    assert client.get("/imports/new").status_code == 200


def test_who_may_not_import_is_refused(client, login):
    login(client, Role.CALL_CENTRE_AGENT)
    assert client.get("/imports").status_code == 403
    assert upload(client, b"a;b\n1;2\n").status_code == 403


def test_from_upload_to_undo(app, client, director, database):
    sent = upload(client, (DATA / "nantes_2018_excerpt.csv").read_bytes())
    batch = batch_of(database)
    assert sent.location.endswith(f"/imports/{batch.id}/reading")
    reading = client.get(sent.location).get_data(as_text=True)
    assert "SURFHAB" in reading
    checked = client.post(sent.location, data=READING, follow_redirects=True)
    assert checked.status_code == 200
    batch = batch_of(database)
    assert (batch.state, batch.rows_new, batch.rows_refused) == (BatchState.CHECKED, 224, 0)
    assert count(database, Lot) == 0
    applied = client.post(f"/imports/{batch.id}/apply", data={"is_confirmed": "on"})
    assert applied.status_code == 302
    page = client.get(f"/imports/{batch.id}").get_data(as_text=True)
    assert "progress" in page
    assert work_off(app, database, "house.apply_import") is JobState.DONE
    assert batch_of(database).state is BatchState.DONE
    assert count(database, Lot) == 224
    undone = client.post(f"/imports/{batch.id}/undo", follow_redirects=True)
    assert undone.status_code == 200
    assert batch_of(database).state is BatchState.UNDONE
    assert count(database, Lot) == 0


def test_who_asked_for_an_import_is_told_how_it_ended(app, client, director, database):
    sent = upload(client, (DATA / "nantes_2018_excerpt.csv").read_bytes())
    client.post(sent.location, data=READING)
    batch = batch_of(database)
    client.post(f"/imports/{batch.id}/apply", data={"is_confirmed": "on"})
    with database.reader() as session:
        asked = session.scalars(select(JobRecord).where(JobRecord.name == APPLY_JOB)).one()
    with app.app_context():
        assert execute(house(), asked) is JobState.DONE
    (news,) = client.get("/api/v1/notifications").json["items"]
    assert news["url"] == f"/imports/{batch.id}"
    assert "224" in news["message"]


def test_refused_rows_are_shown_and_come_back_in_a_file(client, director, database, tmp_path):
    lines = (DATA / "nantes_2018_excerpt.csv").read_text("utf-8").splitlines()[:20]
    lines[3] = lines[3].replace(";C;", ";X;")
    content = "\n".join(lines).encode()
    sent = upload(client, content)
    client.post(sent.location, data=READING)
    batch = batch_of(database)
    assert batch.rows_refused == 1
    page = client.get(f"/imports/{batch.id}").get_data(as_text=True)
    assert 'id="refused"' in page
    for kind in ("xlsx", "csv"):
        file = client.get(f"/imports/{batch.id}/file.{kind}")
        assert file.status_code == 200
        path = tmp_path / f"back.{kind}"
        path.write_bytes(file.data)
        reader = open_reader(path)
        rows = [row for block in reader.blocks(reader.sheets[0]) for row in block.rows]
        assert [bool(row[0]) for row in rows] == [True, False, False, True, *[False] * 16]
    assert client.get(f"/imports/{batch.id}/file.exe").status_code == 404


def test_what_is_wrong_names_its_cell_and_differences_are_said_in_words(
    client, director, database, clock
):
    with database.unit_of_work() as uow:
        building = make_building(uow, clock)
        lots = [make_lot(uow, clock, building, box=str(box)) for box in (1, 2)]
    rows = list(csv.DictReader(io.StringIO(exported(client, "lots")), delimiter=";"))
    assert [row["Référence"] for row in rows] == [lot.reference for lot in lots]
    rows[0] |= {"Superficie": "81,25", "Régime": "Étudiant"}
    rows[1]["Immeuble"] = "BLD-NONE"
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, rows[0].keys(), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    sent = upload(client, sheet.getvalue().encode(), "lots.csv", "lots")
    assert "notice-success" in client.get(sent.location).get_data(as_text=True)
    client.post(sent.location, data={**READING, "decimal": "comma"})
    page = client.get(f"/imports/{batch_of(database).id}").get_data(as_text=True)
    for cell in ("B — Immeuble", "BLD-NONE", "<ins>81,25</ins>", "<ins>Étudiant</ins>"):
        assert cell in page
    assert "<ins>student</ins>" not in page


def exported(client, importer: str) -> str:
    return client.get(f"/imports/exports/{importer}/csv").get_data().decode("utf-8-sig")


def test_improbable_values_must_be_confirmed(client, director, database):
    lines = (DATA / "nantes_2018_excerpt.csv").read_text("utf-8").splitlines()[:5]
    header = lines[0].split(";")
    cells = lines[1].split(";")
    cells[header.index("SURFHAB")] = "900"
    lines[1] = ";".join(cells)
    sent = upload(client, "\n".join(lines).encode())
    client.post(sent.location, data=READING)
    batch = batch_of(database)
    assert batch.warnings == 1
    refused = client.post(f"/imports/{batch.id}/apply")
    assert refused.status_code == 422
    assert "is_confirmed" in refused.get_data(as_text=True)
    assert client.post(f"/imports/{batch.id}/apply", data={"is_confirmed": "on"}).status_code == 302


def test_columns_are_mapped_by_hand_and_remembered(client, director, database):
    text = (DATA / "nantes_2018_excerpt.csv").read_text("utf-8").splitlines()[:10]
    header = text[0].replace("SURFHAB", "Oppervlakte").replace("NBPIECE", "Kamers")
    content = "\n".join([header, *text[1:]]).encode()
    sent = upload(client, content)
    names = header.split(";")
    form = {f"column-{i}": "" for i in range(len(names))}
    known = {"Oppervlakte": "surfhab", "Kamers": "nbpiece"}
    lower = {n: n.lower() for n in ("DEPCOM", "NOMVOIE", "NUMAPPT", "IMMEU", "TYPECONST", "ETAGE")}
    form |= {f"column-{names.index(n)}": field for n, field in (known | lower).items()}
    client.post(sent.location, data={**READING, **form, "save_as": "Nantes"})
    batch = batch_of(database)
    assert (batch.state, batch.rows_new, batch.rows_refused) == (BatchState.CHECKED, 9, 0)
    assert batch.profile_name == "Nantes"
    assert count(database, ImportProfile) == 1
    with database.reader() as session:
        profile = session.scalars(select(ImportProfile)).one()
    assert profile.mapping["Oppervlakte"] == "surfhab"
    again = upload(client, content, kind=f"profile:{profile.id}")
    client.post(again.location, data=READING)
    assert batch_of(database).rows_new == 9
    assert "Nantes" in client.get("/imports").get_data(as_text=True)
    client.post(f"/imports/profiles/{profile.id}/delete")
    assert count(database, ImportProfile) == 0


def test_looking_again_keeps_the_choices_and_checks_nothing(client, director, database):
    sent = upload(client, b"depcom,nomvoie\n44109,RUE X\n")
    client.post(sent.location, data={**READING, "separator": ";", "look": "again"})
    batch = batch_of(database)
    assert batch.state is BatchState.DRAFT
    assert batch.options["formats"]["separator"] == ";"
    assert client.get(sent.location).status_code == 200


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 no table", b"\x89PNG\r\n\x1a\n0000"])
def test_what_is_no_table_is_refused_at_the_door(client, director, database, content):
    refused = upload(client, content, "odd.pdf")
    assert refused.status_code == 422
    assert count(database, ImportBatch) == 0


def test_a_form_without_a_file_says_so(client, director):
    page = client.post("/imports", data={"kind": "rpls"})
    assert page.status_code == 422
    assert "f-file" in page.get_data(as_text=True)


def test_a_draft_can_be_discarded_with_its_file(app, client, director, database):
    sent = upload(client, b"depcom;nomvoie\n44109;RUE X\n")
    batch = batch_of(database)
    folder = Path(app.extensions["house"].settings.instance_dir) / "imports"
    assert len(list(folder.iterdir())) == 1
    client.post(f"/imports/{batch.id}/discard")
    assert count(database, ImportBatch) == 0
    assert list(folder.iterdir()) == []
    assert client.get(sent.location).status_code == 404


def test_the_import_of_somebody_else_is_not_there(app, client, director, database, login):
    upload(client, b"depcom;nomvoie\n44109;RUE X\n")
    batch = batch_of(database)
    other = app.test_client()
    login(other, Role.LETTING_AGENT)
    for path in ("", "/reading", "/file.csv"):
        assert other.get(f"/imports/{batch.id}{path}").status_code == 404
    for action in ("apply", "undo", "discard", "reading"):
        assert other.post(f"/imports/{batch.id}/{action}").status_code == 404


def test_a_large_file_is_checked_in_the_background(app, client, director, database, monkeypatch):
    from app.tabular import wizard

    monkeypatch.setattr(wizard, "CHECKED_AT_ONCE_BYTES", 10)
    sent = upload(client, (DATA / "nantes_2018_excerpt.csv").read_bytes())
    client.post(sent.location, data=READING)
    batch = batch_of(database)
    assert batch.state is BatchState.DRAFT
    assert client.get(f"/imports/{batch.id}").status_code == 200
    assert work_off(app, database, "house.check_import") is JobState.DONE
    assert batch_of(database).state is BatchState.CHECKED


def test_a_running_import_keeps_its_file_when_somebody_is_forgotten_until_it_ends(
    app, client, director, database
):
    uploads = Uploads.of(Path(app.extensions["house"].settings.instance_dir))
    waiting, running = checked(client, lines=5), checked(client, lines=6)
    client.post(f"/imports/{running}/apply", data={"is_confirmed": "on"})
    set_state(database, running, BatchState.RUNNING)
    with database.reader() as session:
        uploads.forget_all(running_batches(session))
    assert not uploads.has(waiting)
    assert uploads.has(running)
    with app.app_context():
        ended = run_now(house(), "house.apply_import", {"batch_id": str(running)})
    assert ended is JobState.DONE
    assert list(uploads.folder.iterdir()) == []


def test_an_import_whose_file_is_gone_says_so_and_can_be_undone(app, client, director, database):
    uploads = Uploads.of(Path(app.extensions["house"].settings.instance_dir))
    batch_id = checked(client, lines=5)
    client.post(f"/imports/{batch_id}/apply", data={"is_confirmed": "on"})
    set_state(database, batch_id, BatchState.RUNNING, checkpoint=2, rows_new=1)
    uploads.forget(batch_id)
    assert work_off(app, database, "house.apply_import") is JobState.FAILED
    with database.reader() as session:
        batch = session.get_one(ImportBatch, batch_id)
        assert (batch.state, batch.is_undoable) == (BatchState.FAILED, True)
    page = client.get(f"/imports/{batch_id}").get_data(as_text=True)
    assert "No such file" not in page


def checked(client, lines: int) -> UUID:
    text = (DATA / "nantes_2018_excerpt.csv").read_text("utf-8").splitlines()[:lines]
    sent = upload(client, "\n".join(text).encode())
    batch_id = UUID(sent.location.split("/")[2])
    client.post(sent.location, data=READING)
    return batch_id


def set_state(database, batch_id, state, **values):
    with database.unit_of_work() as uow:
        batch = uow.session.get_one(ImportBatch, batch_id)
        batch.state = state
        for name, value in values.items():
            setattr(batch, name, value)


def test_old_uploads_are_forgotten(app, client, director, database, clock):
    from datetime import timedelta

    upload(client, b"depcom;nomvoie\n44109;RUE X\n")
    folder = Path(app.extensions["house"].settings.instance_dir) / "imports"
    clock.advance(timedelta(days=31))
    with app.app_context():
        assert run_now(house(), "house.forget_uploads", {}) is JobState.DONE
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_templates_are_given(client, director, kind):
    file = client.get(f"/imports/templates/rpls/{kind}")
    assert file.status_code == 200
    assert len(file.data) > 200
    assert client.get(f"/imports/templates/unknown/{kind}").status_code == 404


@pytest.fixture
def auditor(app, login, database, clock):
    """Somebody who reads the audit trail and may import, but no records of accounts."""
    other = app.test_client()
    login(other, Role.COUNCIL)
    held = {HousePermission.AUDIT_READ, HousePermission.IMPORT_RUN}
    with database.unit_of_work() as uow:
        uow.session.add_all(
            RoleOverride(role=Role.COUNCIL, permission=permission, is_granted=True)
            for permission in held
        )
    return other


def test_the_rows_of_an_import_are_for_who_may_import_its_kind(client, login, auditor, database):
    login(client, Role.ADMINISTRATOR)
    file = b"E-mail;Name;Language;Roles\nanna@example.org;Anna Peeters;klingon;finance\n"
    upload(client, file, "people.csv", "users")
    batch = batch_of(database).id
    client.post(f"/imports/{batch}/reading", data=READING)
    own = client.get(f"/imports/{batch}").get_data(as_text=True)
    assert "klingon" in own
    listed = auditor.get("/imports").get_data(as_text=True)
    assert "people.csv" in listed
    page = auditor.get(f"/imports/{batch}").get_data(as_text=True)
    assert "people.csv" in page
    assert "klingon" not in page
    assert auditor.get(f"/imports/{batch}/file.csv").status_code == 403
    for part in ("problems", "differences"):
        assert client.get(f"/api/v1/imports/{batch}/{part}").status_code == 200
        assert auditor.get(f"/api/v1/imports/{batch}/{part}").status_code == 403
