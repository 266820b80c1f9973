"""The doctor: say in plain words what is missing or unsafe, and what to do about it."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from app.auth.oidc_faults import oidc_faults
from app.db import migrate
from app.db.trouble import words_of
from app.doctor_keeping import (
    check_accounts,
    check_backups,
    check_hidden,
    check_restore,
    check_trail,
)
from app.doctor_settings import check_settings
from app.errors import Unavailable
from app.files.queries import used_digests
from app.files.store import LocalFileStore
from app.house import House
from app.jobs.lease import scheduler_last_seen
from app.mail.backends import KNOCK_S, knock
from app.privacy.again import come_back
from app.safety import CHECKS, Finding, Level
from app.settings import MailSettings

SILENT_AFTER = timedelta(minutes=5)
DIST = Path(__file__).parent / "static" / "dist"


def examine(house: House) -> list[Finding]:
    """Look at everything that can be wrong with an installation."""
    checks: tuple[Callable[[House], Iterator[Finding]], ...] = (
        check_database,
        check_files,
        check_contents,
        check_forgotten,
        check_hidden,
        check_restore,
        check_trail,
        check_backups,
        check_accounts,
        check_settings,
        check_frontend,
        check_scheduler,
        check_mail,
        check_sign_in,
        check_map,
    )
    found = [finding for check in CHECKS for finding in check(house.settings)]
    return found + [finding for check in checks for finding in check(house)]


def check_database(house: House) -> Iterator[Finding]:
    """Look whether the database answers and is at the schema of this version."""
    try:
        current = migrate.current_revision(house.database)
    except Unavailable as error:
        yield Finding(Level.FAILURE, "database", f"{words_of(error)} Check INTENDANT_DATABASE_URL.")
        return
    except SQLAlchemyError:
        yield Finding(
            Level.FAILURE, "database", "This is no database: check INTENDANT_DATABASE_URL."
        )
        return
    head = migrate.head_revision()
    if current == head:
        yield Finding(Level.OK, "database", f"The database is at revision {current}.")
    else:
        yield Finding(
            Level.FAILURE,
            "database",
            f"The database is at revision {current or 'none'}, not {head}: run `flask db upgrade`.",
        )


def check_files(house: House) -> Iterator[Finding]:
    """Look whether attachments can be written."""
    folder = house.settings.files_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        yield Finding(Level.FAILURE, "files", f"{folder} cannot be written: {error.strerror}.")
    else:
        yield Finding(Level.OK, "files", f"Attachments go to {folder}.")


def check_contents(house: House) -> Iterator[Finding]:
    """Look whether every attachment still has its content, and what nobody refers to."""
    try:
        with house.database.reader() as session:
            used = set(used_digests(session))
    except (SQLAlchemyError, Unavailable):
        return
    kept = set(LocalFileStore(house.settings.files_dir).digests())
    lost, unused = len(used - kept), len(kept - used)
    if lost:
        yield Finding(
            Level.FAILURE,
            "contents",
            f"{lost} content(s) of attachments are missing: bring the files folder back from a "
            "backup.",
        )
        return
    words = f"Every attachment has its content; {unused} wait to be destroyed."
    yield Finding(Level.OK, "contents", words)


def check_forgotten(house: House) -> Iterator[Finding]:
    """Look whether somebody who was forgotten is back, as after a backup was restored."""
    try:
        with house.database.reader() as session:
            back = len(come_back(house, session))
    except (SQLAlchemyError, Unavailable):
        return
    if back:
        words = f"{back} who were forgotten are back: run `flask privacy erase-again`."
        yield Finding(Level.FAILURE, "forgotten", words)
    else:
        yield Finding(Level.OK, "forgotten", "Nobody who was forgotten is back.")


def check_frontend(_house: House) -> Iterator[Finding]:
    """Look whether the front end was built."""
    if any(DIST.rglob("manifest.json")):
        yield Finding(Level.OK, "front end", "The front end is built.")
    else:
        yield Finding(
            Level.WARNING, "front end", "The front end is not built: run `scripts/build_frontend`."
        )


def check_scheduler(house: House) -> Iterator[Finding]:
    """Look when a scheduler was last alive."""
    try:
        lease = scheduler_last_seen(house.database)
    except (SQLAlchemyError, Unavailable):
        return
    if lease is None:
        yield Finding(
            Level.WARNING, "scheduler", "No scheduler was ever seen: start `flask jobs run`."
        )
    elif house.clock.now() - lease.seen_at > SILENT_AFTER:
        yield Finding(
            Level.FAILURE,
            "scheduler",
            f"The scheduler was last seen at {lease.seen_at:%Y-%m-%d %H:%M} UTC: "
            "start `flask jobs run`.",
        )
    else:
        yield Finding(Level.OK, "scheduler", f"The scheduler is alive ({lease.owner}).")


def check_mail(house: House) -> Iterator[Finding]:
    """Look whether mail really leaves a production site, and knock at the server it goes to."""
    chosen = house.settings.mail
    if chosen.backend != "smtp":
        is_lost = house.settings.is_production
        words = f"Mail goes to `{chosen.backend}`"
        words += ": callers will not be told anything." if is_lost else "."
        yield Finding(Level.WARNING if is_lost else Level.OK, "mail", words)
        return
    place = f"{chosen.host}:{chosen.port}"
    try:
        knock(chosen)
    except (OSError, smtplib.SMTPException) as failure:
        wrong = f"Mail would wait: {_why_no_mail(failure, chosen)}"
        yield Finding(Level.FAILURE, "mail", wrong)
    else:
        signed_in = f" and knows {chosen.username}" if chosen.username else ""
        yield Finding(Level.OK, "mail", f"Mail goes to {place}, which answers{signed_in}.")


def _why_no_mail(failure: Exception, chosen: MailSettings) -> str:
    """Say what stands between us and the mail server, and which setting to look at."""
    place = f"{chosen.host}:{chosen.port}"
    told: dict[type[Exception], str] = {
        socket.gaierror: f"no server is named {chosen.host}: check INTENDANT_SMTP_HOST.",
        ConnectionRefusedError: f"nobody listens at {place}: check INTENDANT_SMTP_HOST and _PORT.",
        TimeoutError: f"{place} did not answer within {KNOCK_S} seconds: "
        "check INTENDANT_SMTP_HOST and _PORT, and what a firewall lets out.",
        ssl.SSLError: f"the certificate or the encryption of {place} is not accepted: "
        "check INTENDANT_SMTP_STARTTLS, and that the name is the one in its certificate.",
        smtplib.SMTPAuthenticationError: f"{place} refuses the account: "
        "check INTENDANT_SMTP_USERNAME and _PASSWORD.",
        smtplib.SMTPNotSupportedError: f"{place} does not offer what is asked: "
        "check INTENDANT_SMTP_STARTTLS and _USERNAME.",
    }
    for kind, words in told.items():
        if isinstance(failure, kind):
            return words
    return f"{place} is no mail server that answers ({type(failure).__name__})."


def check_sign_in(house: House) -> Iterator[Finding]:
    """Look whether people can come in through the identity provider that was named."""
    chosen = house.settings.oidc
    faults = oidc_faults(chosen)
    for words in faults:
        yield Finding(Level.FAILURE, "sign-in", words)
    if not faults:
        way = f"through {chosen.issuer}" if chosen.issuer else "with a password"
        yield Finding(Level.OK, "sign-in", f"People sign in {way}.")


def check_map(house: House) -> Iterator[Finding]:
    """Look whether the base map that was asked for can be shown."""
    chosen = house.settings.map
    if not (chosen.tiles_file or chosen.wmts_url):
        yield Finding(Level.OK, "map", "The map shows our own outlines only.")
        return
    wrong = list(_what_hides_the_map(house))
    for words in wrong:
        yield Finding(Level.WARNING, "map", words)
    if not wrong:
        source = chosen.tiles_file or f"{urlsplit(chosen.wmts_url).netloc}, asked by browsers"
        yield Finding(Level.OK, "map", f"The base map comes from {source}.")


def _what_hides_the_map(house: House) -> Iterator[str]:
    chosen = house.settings.map
    if not chosen.attribution:
        yield "The base map is not shown without its source: set INTENDANT_MAP_ATTRIBUTION."
    if chosen.tiles_file:
        if not Path(chosen.tiles_file).is_file():
            yield f"{chosen.tiles_file} is no file: check INTENDANT_MAP_TILES_FILE."
        if chosen.wmts_url:
            yield "INTENDANT_MAP_WMTS_URL is not used: INTENDANT_MAP_TILES_FILE goes first."
        return
    address = urlsplit(chosen.wmts_url)
    if address.scheme not in ("http", "https") or not address.netloc or "{" in address.netloc:
        yield (
            "INTENDANT_MAP_WMTS_URL is no whole address: it begins with https:// and one host, "
            "without braces."
        )
    elif address.scheme == "http" and house.settings.base_url.startswith("https://"):
        yield "Browsers refuse tiles over http on a page over https: use https:// in its address."
    lacking = [names[0] for names in _TILE_PARTS if not _names_one_of(chosen.wmts_url, names)]
    if lacking:
        yield f"INTENDANT_MAP_WMTS_URL lacks {', '.join(lacking)}: every tile would be the same."


_TILE_PARTS = (("{z}", "{tilematrix}"), ("{x}", "{tilecol}"), ("{y}", "{tilerow}"))


def _names_one_of(url: str, names: tuple[str, ...]) -> bool:
    # Only WMTS names are taken in any letters (tileAddress in app/frontend/map/base.ts).
    return names[0] in url or names[1] in url.lower()
