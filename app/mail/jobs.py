"""The job that empties the outbox."""

from app.i18n import lazy as _l
from app.jobs import Every, Job, JobRun
from app.mail.backends import make_mailer
from app.mail.enclosures import Enclosures
from app.mail.outbox import deliver_waiting
from app.registry import find_modules


def run_delivery(run: JobRun) -> None:
    """Send what waits in the outbox."""
    settings = run.settings.mail
    declared = [one for module in find_modules() for one in module.enclosures]
    sent = deliver_waiting(
        run.database,
        make_mailer(settings),
        settings.sender,
        run.clock,
        run.settings.base_url,
        enclosures=Enclosures(declared, run.settings.organisation),
    )
    run.progress(sent, sent)


DELIVER_MAIL = Job(
    name="house.deliver_mail",
    title=_l("Send waiting mails"),
    run=run_delivery,
    schedule=Every(minutes=1),
    time_limit_s=600,
)
