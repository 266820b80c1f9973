"""Files on records: who may add, see, take away; and what travels with them."""

from io import BytesIO

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import Scope
from app.errors import Conflict, Forbidden, NotFound
from app.files import queries, services
from app.files.document_kinds import DocumentKind
from app.files.intake import take_in
from app.files.jobs import run_orphan_removal
from app.files.models import Attachment
from app.files.store import LocalFileStore
from app.jobs import JobRun
from app.subjects import Confidentiality
from tests.app.files.pictures import photo
from tests.support.records import changed


@pytest.fixture
def store(settings) -> LocalFileStore:
    return LocalFileStore(settings.files_dir)


@pytest.fixture
def attach(uow, clock, boiler, store, actor_with):
    def make(content=b"%PDF-1.7 report", name="report.pdf", **options):
        command = services.AttachFile(boiler.as_seen(), take_in(content, name, store), **options)
        return services.attach_file(actor_with(), command, uow, clock)

    return make


def test_a_file_is_listed_with_its_record_and_noted(uow, attach, boiler):
    attach(caption="After the repair")
    (found,) = queries.list_attachments(uow.session, boiler.as_seen())
    assert (found.name, found.caption, found.building_id) == (
        "report.pdf",
        "After the repair",
        boiler.building_id,
    )
    entry = uow.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id) == ("files.file.attached", boiler.id)


def test_sending_twice_attaches_once(uow, attach, boiler):
    first = attach()
    assert attach(id=first.id) is first
    assert len(queries.list_attachments(uow.session, boiler.as_seen())) == 1
    with pytest.raises(Conflict):
        attach(b"%PDF-1.7 another", id=first.id)


def test_a_reader_cannot_add(uow, clock, actor_with, boiler, store):
    reader = changed(boiler.as_seen(), can_write=False)
    command = services.AttachFile(reader, take_in(b"%PDF-1.7", "x.pdf", store))
    with pytest.raises(Forbidden):
        services.attach_file(actor_with(), command, uow, clock)


def test_a_file_above_the_level_of_its_reader_is_absent(uow, attach, boiler, subjects, actor_with):
    boiler.sees = Confidentiality.SENSITIVE
    hidden = attach(confidentiality=Confidentiality.SENSITIVE)
    boiler.sees = Confidentiality.PERSONAL
    assert queries.list_attachments(uow.session, boiler.as_seen()) == []
    with pytest.raises(NotFound):
        queries.get_attachment(actor_with(), hidden.id, subjects, uow.session)


def test_a_file_of_a_record_outside_the_scope_is_absent(uow, attach, subjects, actor_with):
    found = attach()
    stranger = actor_with(scope=Scope())
    with pytest.raises(NotFound):
        queries.get_attachment(stranger, found.id, subjects, uow.session)


def test_a_removed_file_can_be_brought_back(uow, clock, attach, subjects, actor_with, boiler):
    found = attach()
    services.archive_attachment(actor_with(), found.id, subjects, uow, clock)
    assert len(queries.list_attachments(uow.session, boiler.as_seen())) == 0
    services.restore_attachment(actor_with(), found.id, subjects, uow, clock)
    assert len(queries.list_attachments(uow.session, boiler.as_seen())) == 1


def upload(client, boiler, *files, **fields):
    data = {"files": [(BytesIO(content), name) for content, name in files], **fields}
    return client.post(
        f"/attachments/boiler/{boiler.id}", data=data, headers={"HX-Request": "true"}
    )


def test_photo_is_uploaded_shown_small_and_downloaded(signed_in, boiler):
    client = signed_in()
    panel = upload(client, boiler, (photo(), "IMG 1.jpg")).get_data(as_text=True)
    assert "/thumbnail" in panel
    assert "Boiler" in client.get(f"/attachments/boiler/{boiler.id}").get_data(as_text=True)
    address = panel.split('src="')[1].split('"')[0]
    small = client.get(address)
    assert small.mimetype == "image/webp"
    assert len(small.data) < 5000
    whole = client.get(address.removesuffix("/thumbnail"))
    assert whole.headers["Content-Disposition"] == 'inline; filename="IMG 1.jpg"'
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    saved = client.get(address.removesuffix("/thumbnail"), query_string={"download": "1"})
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_a_text_is_never_shown_by_the_browser(signed_in, boiler, database):
    client = signed_in()
    upload(client, boiler, (b"a;b\n=1+1;<script>", "x.csv"))
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id)).one()
    answer = client.get(f"/files/{id_}")
    assert answer.headers["Content-Disposition"] == "attachment; filename=x.csv"


def test_refused_files_are_named_and_the_others_kept(signed_in, boiler):
    answer = upload(
        signed_in(),
        boiler,
        (b"MZ\x90\x00", "plan.pdf"),
        (b"%PDF-1.7", "good.pdf"),
        (b"", "none.txt"),
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "plan.pdf: This kind of file is not accepted" in text
    assert "none.txt: This file is empty" in text
    assert "good.pdf" in text


def test_nothing_sent_says_so(signed_in, boiler):
    assert "Choose at least one file" in upload(signed_in(), boiler).get_data(as_text=True)


def test_the_form_waits_behind_a_button_until_something_is_refused(signed_in, boiler):
    client = signed_in()
    assert '<details class="file-more">' in client.get(f"/attachments/boiler/{boiler.id}").text
    assert '<details class="file-more" open>' in upload(client, boiler).text


def test_outside_the_scope_everything_is_absent(signed_in, boiler, database):
    upload(signed_in(), boiler, (photo((50, 50)), "x.jpg"))
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id)).one()
    stranger = signed_in("caretaker", sees_everything=False)
    for address in (f"/attachments/boiler/{boiler.id}", f"/files/{id_}", f"/files/{id_}/large"):
        assert stranger.get(address).status_code == 404
    for address in (
        f"/files/{id_}/archive",
        f"/files/{id_}/caption",
        f"/attachments/boiler/{boiler.id}",
    ):
        assert stranger.post(address).status_code == 404


def test_unknown_kinds_and_variants_are_absent(signed_in, boiler):
    client = signed_in()
    assert client.get(f"/attachments/dragon/{boiler.id}").status_code == 404
    upload(client, boiler, (b"%PDF-1.7", "a.pdf"))
    assert client.get(f"/files/{boiler.id}/thumbnail").status_code == 404


def test_removal_offers_to_undo(signed_in, boiler, database):
    client = signed_in()
    upload(client, boiler, (b"%PDF-1.7", "a.pdf"))
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id)).one()
    fragment = {"HX-Request": "true"}
    text = client.post(f"/files/{id_}/archive", headers=fragment).get_data(as_text=True)
    assert f"/files/{id_}/restore" in text
    assert client.get(f"/files/{id_}").status_code == 404
    client.post(f"/files/{id_}/restore")
    assert client.get(f"/files/{id_}").status_code == 200
    plain = client.post(f"/files/{id_}/caption", data={"caption": "New", "version": "3"})
    assert plain.location == f"/boilers/{boiler.id}"


def test_what_was_removed_long_ago_is_listed_and_brought_back(signed_in, boiler, database):
    boiler.sees = Confidentiality.INTERNAL
    client = signed_in(locale="en", display_name="Jan Peeters")
    panel, fragment = f"/attachments/boiler/{boiler.id}", {"HX-Request": "true"}
    upload(client, boiler, (b"%PDF-1.7", "a.pdf"))
    assert "Removed files" not in client.get(panel, headers=fragment).text
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id)).one()
    client.post(f"/files/{id_}/archive")
    shown = client.get(panel, headers=fragment).text
    listed = shown.partition("Removed files (1)")[2]
    assert "a.pdf" in listed
    assert "Jan Peeters" in listed
    assert f"/files/{id_}/restore" in listed
    boiler.can_write = False
    assert "Removed files" not in client.get(panel, headers=fragment).text
    boiler.can_write = True
    back = client.post(f"/files/{id_}/restore", headers=fragment).text
    assert "Removed files" not in back
    assert f"/files/{id_}/archive" in back


def test_two_captions_at_once_are_both_shown(signed_in, boiler, database):
    client = signed_in(locale="en")
    upload(client, boiler, (b"%PDF-1.7", "a.pdf"))
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id)).one()
    address, fragment = f"/files/{id_}/caption", {"HX-Request": "true"}
    first = client.post(address, data={"caption": "Roof", "version": "1"}, headers=fragment)
    assert '<p class="file-caption">Roof</p>' in first.text
    second = client.post(address, data={"caption": "Cellar", "version": "1"}, headers=fragment)
    assert second.status_code == 412
    assert "wrote “Roof” meanwhile" in second.text
    assert 'name="caption" maxlength="300" value="Cellar"' in second.text
    kept = client.post(address, data={"caption": "Cellar", "version": "2"}, headers=fragment)
    assert '<p class="file-caption">Cellar</p>' in kept.text


def test_reading_a_sensitive_file_is_noted_in_any_size_and_by_programs(signed_in, boiler, database):
    boiler.sees = Confidentiality.SENSITIVE
    client = signed_in()
    upload(client, boiler, (photo((600, 400)), "debt.jpg"), confidentiality="sensitive")
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id)).one()

    def consultations() -> int:
        with database.reader() as session:
            noted = select(AuditEntry).where(AuditEntry.action == "boiler.consulted")
            return len(session.scalars(noted).all())

    program = f"/api/v1/attachments/{id_}/content"
    for silent in (f"/files/{id_}/thumbnail", f"{program}?variant=thumbnail"):
        assert client.get(silent).status_code == 200
    assert consultations() == 0
    read = (f"/files/{id_}", f"/files/{id_}/large", program, f"{program}?variant=large")
    for number, address in enumerate(read, start=1):
        assert client.get(address).headers["Cache-Control"] == "no-store"
        assert consultations() == number, address


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ("2026:03:02 22:00:00", True),
        ("2026:03:04 10:00:00", False),
        ("2061:01:01 00:00:00", False),
        ("1970:01:01 00:00:00", False),
        ("1998:07:14 12:00:00", True),
    ],
)
def test_a_picture_was_not_taken_after_it_came(signed_in, boiler, database, taken, kept):
    """A camera whose clock is wrong says nothing; an old picture may well come in today."""
    upload(signed_in(), boiler, (photo((60, 40), taken=taken), "a.jpg"))
    with database.reader() as session:
        found = session.scalars(select(Attachment.taken_at)).one()
    assert (found is not None) is kept


def test_orphans_go_after_a_day_and_files_in_use_stay(
    database, settings, clock, store, login, client
):
    from datetime import timedelta

    from app.auth.actor import system_actor

    orphan = store.put(b"nobody wants me")
    run = JobRun(database, clock, system_actor("job"), settings=settings)
    run_orphan_removal(run)
    assert store.has(orphan)
    clock.advance(timedelta(days=3650))
    run_orphan_removal(run)
    assert not store.has(orphan)


def test_who_may_see_a_file_is_corrected_and_noted(signed_in, boiler, database):
    boiler.sees = Confidentiality.PERSONAL
    client = signed_in(locale="en")
    upload(client, boiler, (b"%PDF-1.7", "a.pdf"))
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id)).one()

    def describe(level: str, version: int) -> int:
        sent = {"caption": "Bill", "version": str(version), "confidentiality": level}
        return client.post(f"/files/{id_}/caption", data=sent).status_code

    assert describe("personal", 1) == 303
    page = client.get(f"/attachments/boiler/{boiler.id}").text
    assert '<option value="personal" selected>' in page
    assert describe("sensitive", 2) == 403
    assert describe("whoever", 2) == 303
    with database.reader() as session:
        assert session.get(Attachment, id_).confidentiality is Confidentiality.PERSONAL
    history = client.get(f"/history/boiler/{boiler.id}", headers={"HX-Request": "true"}).text
    assert "<del>Internal</del> <ins>Personal data</ins>" in history


def test_what_a_document_is_comes_from_the_file_until_somebody_says_it(attach):
    assert attach().document_kind is DocumentKind.OTHER
    assert attach(photo((60, 40)), "IMG.JPG").document_kind is DocumentKind.PHOTO
    scan = attach(photo((60, 41)), "scan.jpg", kind=DocumentKind.DEED)
    assert scan.document_kind is DocumentKind.DEED


def test_documents_are_narrowed_to_a_kind_and_corrected(signed_in, boiler, database):
    client = signed_in(locale="en")
    address = f"/attachments/boiler/{boiler.id}"
    upload(client, boiler, (b"%PDF-1.7 a", "a.pdf"), kind="permit")
    assert "file-kinds" not in client.get(address).text
    upload(client, boiler, (b"%PDF-1.7 b", "b.pdf"), kind="nonsense")
    page = client.get(address).text
    for words in ("All (2)", "Permit (1)", "Other document (1)"):
        assert words in page
    some = client.get(f"{address}?kind=permit").text
    assert ("a.pdf" in some, "b.pdf" in some) == (True, False)
    assert "b.pdf" in client.get(f"{address}?kind=nonsense").text
    with database.reader() as session:
        id_ = session.scalars(select(Attachment.id).filter_by(name="b.pdf")).one()
    sent = {"caption": "", "version": "1", "kind": "inspection"}
    assert client.post(f"/files/{id_}/caption", data=sent).status_code == 303
    assert client.post(f"/files/{id_}/caption", data={"version": "2"}).status_code == 303
    with database.reader() as session:
        assert session.get(Attachment, id_).document_kind is DocumentKind.INSPECTION
    history = client.get(f"/history/boiler/{boiler.id}", headers={"HX-Request": "true"}).text
    assert "<del>Other document</del> <ins>Inspection report</ins>" in history
