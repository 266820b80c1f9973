"""The job house.deliver_mail empties the outbox."""

from sqlalchemy import select

from app.auth.actor import system_actor
from app.jobs import JobRun
from app.mail import Message, queue_mail
from app.mail.jobs import run_delivery
from app.mail.models import MailState, OutboxMail


def test_what_waits_leaves(database, settings, clock):
    with database.unit_of_work("test") as uow:
        queue_mail(Message("marie@example.org", "Good day", "Text"), uow, clock)
    run_delivery(JobRun(database, clock, system_actor("job"), settings=settings))
    with database.reader() as session:
        assert session.scalars(select(OutboxMail.state)).all() == [MailState.SENT]
