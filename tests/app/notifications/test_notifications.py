"""News: to whom, how, in which language; read, mailed, tuned."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.auth.actor import Actor
from app.auth.models import User
from app.db import TranslatedText
from app.i18n import lazy as _l
from app.ids import new_id
from app.mail.models import OutboxMail
from app.notifications import Notice, NotificationKind, notify, queries
from app.notifications.jobs import queue_notification_mails, run_notification_mails
from app.notifications.models import Notification
from app.notifications.services import choose_notifications, mark_read
from app.office.services import PresentOffice, present_office
from app.policies import HousePermission

KIND = NotificationKind("tests.called", _l("Somebody calls me"))
QUIET = NotificationKind("tests.quiet", _l("Nothing"), in_page=False, by_mail=False)
# A sentence that is translated in the catalogues of the house.
SENTENCE = _l("%(name)s mentions you: %(label)s", name="Jan", label="Boiler 7")


@pytest.fixture
def user(uow, clock) -> User:
    made = User(
        email="marie@example.org",
        display_name="Marie",
        locale="nl",
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    uow.session.add(made)
    uow.flush()
    return made


@pytest.fixture
def marie(user) -> Actor:
    return Actor(user.id, user.email, user.display_name, locale="nl")


def tell(uow, clock, user, kind=KIND, url="/boilers/7"):
    return notify(Notice(kind, SENTENCE, url), [user.id, user.id, new_id()], uow, clock)


def mails(uow) -> list[OutboxMail]:
    return list(uow.session.scalars(select(OutboxMail)))


def test_each_is_told_once_and_strangers_not_at_all(uow, clock, user, marie):
    assert len(tell(uow, clock, user)) == 1
    assert queries.count_notifications(marie, uow.session, unread=True) == 1


def test_a_kind_may_be_silent_until_it_is_chosen(uow, clock, user, marie):
    assert tell(uow, clock, user, QUIET) == []
    choose_notifications(marie, {QUIET.name: (True, False)}, uow)
    assert len(tell(uow, clock, user, QUIET)) == 1
    assert queries.preferences_of(marie, [KIND, QUIET], uow.session) == {
        KIND.name: (True, True),
        QUIET.name: (True, False),
    }


def test_who_left_is_not_told(uow, clock, user):
    user.archived_at = clock.now()
    uow.flush()
    assert tell(uow, clock, user) == []


def test_news_becomes_one_mail_in_the_readers_language_after_two_minutes(uow, clock, user):
    tell(uow, clock, user)
    tell(uow, clock, user, url="/boilers/8")
    uow.flush()
    assert queue_notification_mails("https://house.example", uow, clock) == 0
    clock.advance(timedelta(minutes=3))
    assert queue_notification_mails("https://house.example", uow, clock) == 1
    uow.flush()
    (mail,) = mails(uow)
    assert mail.subject == "2 berichten"
    assert "Jan vermeldt u: Boiler 7" in mail.text
    assert "https://house.example/boilers/8" in mail.text
    assert queue_notification_mails("https://house.example", uow, clock) == 0


def test_the_signature_and_the_fine_print_stand_under_one_line(uow, clock, user):
    planting = PresentOffice(TranslatedText(nl="OCMW van Hier"), TranslatedText())
    actor = Actor(new_id(), "it@x.org", "IT", permissions=frozenset(HousePermission))
    tell(uow, clock, user)
    clock.advance(timedelta(minutes=3))
    queue_notification_mails("https://house.example", uow, clock)
    present_office(actor, planting, uow, clock)
    tell(uow, clock, user)
    clock.advance(timedelta(minutes=3))
    queue_notification_mails("https://house.example", uow, clock)
    uow.flush()
    before, after = sorted((mail.text for mail in mails(uow)), key=len)
    settings = "https://house.example/notifications/settings"
    for text in (before, after):
        assert text.count("\n-- \n") == 1
        assert text.partition("\n-- \n")[2].rstrip().endswith(settings)
    assert after.partition("\n-- \n")[2].startswith("OCMW van Hier\n\n")


def test_what_was_read_in_the_page_is_not_mailed(uow, clock, user, marie):
    tell(uow, clock, user)
    mark_read(marie, None, uow, clock)
    clock.advance(timedelta(minutes=3))
    assert queue_notification_mails("https://house.example", uow, clock) == 0
    assert mails(uow) == []


def test_only_mail_means_not_on_the_page(uow, clock, user, marie):
    choose_notifications(marie, {KIND.name: (False, True)}, uow)
    tell(uow, clock, user)
    assert queries.count_notifications(marie, uow.session) == 0
    clock.advance(timedelta(minutes=3))
    assert queue_notification_mails("", uow, clock) == 1


def test_nobody_reads_the_news_of_another(uow, clock, user, actor_with):
    (row,) = tell(uow, clock, user)
    uow.flush()
    other = actor_with()
    assert queries.find_notification(other, row.id, uow.session) is None
    mark_read(other, [row.id], uow, clock)
    uow.session.refresh(row)
    assert row.read_at is None


def test_the_job_writes_into_the_outbox(database, settings, clock, signed_in):
    from app.auth.actor import system_actor
    from app.jobs import JobRun

    client = signed_in()
    with database.unit_of_work("test") as uow:
        tell(uow, clock, client.user)
    clock.advance(timedelta(minutes=3))
    run_notification_mails(JobRun(database, clock, system_actor("job"), settings=settings))
    with database.reader() as session:
        assert session.scalars(select(OutboxMail.to_address)).all() == ["technician@example.org"]


def test_the_bell_the_list_and_the_way_there(signed_in, database, clock):
    client = signed_in()
    assert "No news" in client.get("/notifications").get_data(as_text=True)
    assert client.get("/notifications/count").get_data(as_text=True).strip() == ""
    with database.unit_of_work("test") as uow:
        tell(uow, clock, client.user)
    assert "1 unread message" in client.get("/notifications/count").get_data(as_text=True)
    page = client.get("/notifications").get_data(as_text=True)
    assert "Jan mentions you: Boiler 7" in page
    # The words of the setting are in the first person: they are no message.
    assert "Somebody mentions me" not in page
    with database.reader() as session:
        id_ = session.scalars(select(Notification.id)).one()
    assert client.post(f"/notifications/{id_}/open").location == "/boilers/7"
    assert client.get("/notifications/count").get_data(as_text=True).strip() == ""
    other = signed_in("caretaker")
    assert other.post(f"/notifications/{id_}/open").status_code == 404


def test_people_choose_on_a_page(signed_in):
    client = signed_in()
    page = client.get("/notifications/settings").get_data(as_text=True)
    assert 'aria-label="Somebody mentions me in a comment: in the page" checked' in page
    client.post("/notifications/settings", data={"by_mail": "house.mentioned"})
    page = client.get("/notifications/settings").get_data(as_text=True)
    assert 'in the page" checked' not in page
    assert 'by e-mail" checked' in page
    assert client.post("/notifications/read").status_code == 303
