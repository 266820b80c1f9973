"""The office presents itself: on pages, on lists and letters, at the end of mails."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Database, TranslatedText, UnitOfWork
from app.errors import Forbidden, Invalid, StaleVersion
from app.i18n import use_locale
from app.mail import Message, queue_mail
from app.office.letterhead import find_office, read_letterhead
from app.office.logo import HIGHEST, WIDEST, make_logo
from app.office.services import PresentOffice, present_office, set_logo
from tests.support.people import ActorMaker
from tests.support.web import Login

CLERK = system_actor("Clerk")
OFFICE = PresentOffice(
    TranslatedText(fr="CPAS d’Essai", nl="OCMW Proef"),
    TranslatedText(fr="Rue d’Essai 1\n1000 Bruxelles"),
    phone="+32 2 555 00 00",
    email="info@example.org",
)
TYPED = {
    "name_fr": "CPAS d’Essai",
    "name_nl": "OCMW Proef",
    "address_fr": "Rue d’Essai 1\r\n1000 Bruxelles",
    "phone": "+32 2 555 00 00",
    "email": "info@example.org",
    "version": "0",
}


def a_picture(kind: str = "PNG", size: tuple[int, int] = (1200, 300)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind)
    return target.getvalue()


def test_the_settings_name_the_office_until_somebody_does(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    head = read_letterhead(uow.session, "CPAS · OCMW")
    assert (str(head.name), head.sender, head.version) == ("CPAS · OCMW", "", 0)
    present_office(CLERK, OFFICE, uow, clock)
    head = read_letterhead(uow.session, "CPAS · OCMW")
    with use_locale("nl"):
        assert str(head.name) == "OCMW Proef"
        assert head.sender == "Rue d’Essai 1 · 1000 Bruxelles · +32 2 555 00 00 · info@example.org"
    with use_locale("en"):
        assert head.for_report()["organisation"] == "CPAS d’Essai"


def test_two_clerks_are_told_of_each_other(uow: UnitOfWork, clock: FixedClock) -> None:
    office = present_office(CLERK, OFFICE, uow, clock)
    for attempt in (
        lambda: present_office(CLERK, OFFICE, uow, clock),
        lambda: set_logo(CLERK, b"", 0, uow, clock),
    ):
        with pytest.raises(StaleVersion):
            attempt()
    seen = office.version
    present_office(CLERK, replace(OFFICE, version=seen), uow, clock)
    assert office.version == seen
    with pytest.raises(Invalid):
        present_office(CLERK, PresentOffice(TranslatedText(), TranslatedText()), uow, clock)


def test_only_who_changes_the_settings_presents_the_office(
    uow: UnitOfWork, clock: FixedClock, actor_with: ActorMaker
) -> None:
    with pytest.raises(Forbidden):
        present_office(actor_with("house.user.manage"), OFFICE, uow, clock)
    with pytest.raises(Forbidden):
        set_logo(actor_with("house.user.manage"), b"", 0, uow, clock)


def test_a_logo_is_written_afresh_and_the_history_says_only_that_there_is_one(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    office = set_logo(CLERK, make_logo(a_picture("JPEG")), 0, uow, clock)
    with Image.open(io.BytesIO(office.logo)) as shown:
        assert shown.format == "PNG"
        assert (shown.width, shown.height) <= (WIDEST, HIGHEST)
    (entry,) = uow.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == office.id))
    assert entry.changes == {"logo": [False, True]}
    assert read_letterhead(uow.session, "").for_report()["logo"].startswith("data:image/png")


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7 not a picture", b"MZ\x90\x00"],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        make_logo(content)


def test_a_mail_ends_with_the_office_in_the_readers_language(
    uow: UnitOfWork, clock: FixedClock
) -> None:
    message = Message("piet@example.org", "Lek", "Wij komen morgen.\n", locale="nl")
    assert queue_mail(message, uow, clock).text == message.text
    present_office(CLERK, OFFICE, uow, clock)
    text = queue_mail(message, uow, clock).text
    assert text.startswith("Wij komen morgen.\n\n-- \nOCMW Proef\nRue d’Essai 1\n")
    assert text.endswith("info@example.org\n")


@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_the_page_is_filled_in_and_every_page_shows_it(
    client: FlaskClient, login: Login, locale: str
) -> None:
    login(client, Role.ADMINISTRATOR, locale=locale)
    assert "CPAS · OCMW" in client.get("/admin/office").text
    assert client.post("/admin/office", data=TYPED).status_code == 303
    page = client.get("/admin/office").text
    name = {"fr": "CPAS d’Essai", "nl": "OCMW Proef", "en": "CPAS d’Essai"}[locale]
    assert f'<div class="side-foot">{name}</div>' in page
    assert client.post("/admin/office", data=TYPED).status_code == 412
    wrong = client.post("/admin/office", data=TYPED | {"version": "1", "email": "no"})
    assert (wrong.status_code, 'href="#f-email"' in wrong.text) == (422, True)


def send_logo(client: FlaskClient, content: bytes, version: int) -> Any:
    data = {"version": str(version), "file": (io.BytesIO(content), "logo.png")}
    return client.post("/admin/office/logo", data=data, content_type="multipart/form-data")


def test_a_logo_is_sent_shown_and_removed(
    client: FlaskClient, login: Login, database: Database
) -> None:
    assert client.get("/office/logo.png").status_code == 404
    login(client, Role.ADMINISTRATOR, locale="en")
    assert client.post("/admin/office", data=TYPED).status_code == 303
    assert send_logo(client, b"<svg/>", 1).status_code == 422
    assert send_logo(client, a_picture(), 1).status_code == 303
    shown = client.get("/office/logo.png")
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "/office/logo.png?v=2" in client.get("/").text
    client.post("/sign-out")
    door = client.get("/sign-in").text
    assert "/office/logo.png?v=2" in door
    assert "mailto:info@example.org" in door
    login(client, Role.ADMINISTRATOR, email="second@example.org")
    assert client.post("/admin/office/logo/remove", data={"version": "2"}).status_code == 303
    with database.reader() as session:
        office = find_office(session)
    assert office is not None
    assert office.logo == b""


def test_others_do_not_change_the_office(client: FlaskClient, login: Login) -> None:
    login(client, Role.DISPATCH_LEADER)
    assert client.get("/admin/office").status_code == 403
    for url in ("/admin/office", "/admin/office/logo", "/admin/office/logo/remove"):
        assert client.post(url).status_code == 403
