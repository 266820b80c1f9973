"""Disclose and erase a person's data; decide and apply retention."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import audit
from app.audit.sealing import prove_redactions
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork, change_rows
from app.errors import Invalid, StaleVersion
from app.files.models import Attachment
from app.i18n import get_locale, use_locale
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.privacy.hooks import PersonalTexts, PersonRef, Privacy, RetentionRule
from app.privacy.models import RetentionChoice
from app.privacy.owned_files import is_personal_file
from app.privacy.texts import forget_words, telling_words, with_quoted
from app.subjects import Confidentiality

MOST_MONTHS = 600
# One pass of a rule; the job repeats it until nothing is left.
MOST_PASSES = 1000
_MONTHS = _l("Write a number of months from 1 to 600.")


Parts = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Everything held about a person, by body of data, ready for a file."""

    person: PersonRef
    made_at: datetime
    # The same in each language the person reads.
    pages: tuple[tuple[str, Parts], ...]
    files: tuple[Attachment, ...] = ()
    # How long each kind of data is kept, in months, and whether the job acts on it.
    kept: tuple[tuple[RetentionRule, int, bool], ...] = ()

    @property
    def parts(self) -> Parts:
        """Return each body of data under its label, in the first language."""
        return self.pages[0][1]


def disclose_person(
    actor: Actor, person_type: str, person_id: UUID, privacy: Privacy, uow: UnitOfWork, clock: Clock
) -> Disclosure:
    """Gather everything held about a person; who did it is noted."""
    require(actor, HousePermission.PRIVACY_MANAGE)
    person = privacy.person(actor, uow.session, person_type, person_id)
    pages = []
    for locale in person.locales or (get_locale(),):
        with use_locale(locale):
            pages.append((locale, _tell(actor, person, privacy, uow, clock)))
    files = files_about(person, privacy, uow.session, clock.today())
    changes = {"parts": (None, len(pages[0][1])), "files": (None, len(files))}
    _note(actor, "house.person.disclosed", person, changes, uow, clock)
    about = audit.Subject(person.type, person.id, person.label)
    for file in files:
        if file.confidentiality is Confidentiality.SENSITIVE:
            audit.record_consultation(uow, actor, clock, subject=about, reason=file.name)
    kept = _kept(privacy, uow.session)
    return Disclosure(person, clock.now(), tuple(pages), files, kept)


def _tell(
    actor: Actor, person: PersonRef, privacy: Privacy, uow: UnitOfWork, clock: Clock
) -> Parts:
    """Return what each body of data holds about a person and what goes along, if anything."""
    parts = []
    for one in (person, *privacy.along(person, uow.session, clock.today())):
        for data in privacy.data:
            found = data.disclose(one, actor, uow, clock)
            label = str(data.label)
            if found:
                parts.append((label if one is person else f"{label} ({one.label})", found))
    return tuple(parts)


def _kept(privacy: Privacy, session: Session) -> tuple[tuple[RetentionRule, int, bool], ...]:
    choices = {choice.rule: choice for choice in session.scalars(select(RetentionChoice))}
    made = ((rule, choices.get(rule.name)) for rule in privacy.rules if not rule.is_technical)
    return tuple(
        (r, choice.months if choice else r.months, may_run(r, choice)) for r, choice in made
    )


def files_about(
    person: PersonRef, privacy: Privacy, session: Session, day: date
) -> tuple[Attachment, ...]:
    """Return the files the modules hold about a person and what goes along, each once."""
    everybody = (person, *privacy.along(person, session, day))
    every = (part.files(one, session) for part in privacy.data for one in everybody if part.files)
    return tuple({file.id: file for files in every for file in files}.values())


def erase_person(
    actor: Actor,
    person_type: str,
    person_id: UUID,
    privacy: Privacy,
    uow: UnitOfWork,
    clock: Clock,
    *,
    with_files: bool = False,
) -> dict[str, int]:
    """Forget a person everywhere; return how many rows each body of data touched.

    Files about the person go, on their calls and orders too; with `with_files` all that hang there.
    The first body of data that cannot forget (a running lease, say) raises, and nothing changes.
    """
    require(actor, HousePermission.PRIVACY_MANAGE)
    person = privacy.person(actor, uow.session, person_type, person_id)
    along = privacy.along(person, uow.session, clock.today())
    files = files_about(person, privacy, uow.session, clock.today())
    touched = {"house.files": _forget_files(files, uow, every=with_files)}
    for data in privacy.data:
        # The owner forgets by itself what goes along with its person.
        gone = (person,) if data.is_owner else (person, *along)
        touched[data.name] = sum(data.erase(one, actor, uow, clock) for one in gone)
    touched["house.texts"] = sum(
        forget_in_texts(one, privacy.texts, uow) for one in (person, *along)
    )
    prove_redactions(privacy.trail_key, uow)
    nameless = PersonRef(person.type, person.id, "")
    changes = {"rows": (None, sum(touched.values()))}
    _note(actor, "house.person.erased", nameless, changes, uow, clock)
    return touched


def _forget_files(files: Iterable[Attachment], uow: UnitOfWork, *, every: bool) -> int:
    chosen = Attachment.id.in_([file.id for file in files])
    gone = chosen if every else chosen & is_personal_file()
    return change_rows(uow.session, delete(Attachment).where(gone))


def forget_in_texts(person: PersonRef, texts: Iterable[PersonalTexts], uow: UnitOfWork) -> int:
    """Take the words of a person out of what others wrote; return how many rows changed."""
    words = telling_words(person)
    quoted = with_quoted(words)
    found = (
        forget_words(uow.session, t.model, t.columns, quoted if t.are_addresses else words)
        for t in texts
    )
    return sum(len(rows) for rows in found)


def _note(
    actor: Actor,
    action: str,
    person: PersonRef,
    changes: dict[str, tuple[Any, Any]],
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    subject = audit.Subject(person.type, person.id, person.label)
    audit.record(uow, actor, clock, action=action, subject=subject, changes=changes)


@dataclass(frozen=True, slots=True)
class DecideRetention:
    """What somebody decides about a rule; `version` is 0 when nothing was decided before."""

    rule: str
    months: int
    is_confirmed: bool
    note: str
    version: int


def decide_retention(
    actor: Actor, command: DecideRetention, privacy: Privacy, uow: UnitOfWork, clock: Clock
) -> RetentionChoice:
    """Keep how long a kind of data is kept from now on, and whether the job may act on it."""
    require(actor, HousePermission.PRIVACY_MANAGE)
    rule = privacy.rule(command.rule)
    if not 1 <= command.months <= MOST_MONTHS:
        raise Invalid("retention_months", _MONTHS, field="months")
    choice = uow.session.get(RetentionChoice, rule.name)
    if (choice.version if choice else 0) != command.version:
        raise StaleVersion
    if choice is None:
        choice = RetentionChoice(
            rule=rule.name, months=rule.months, changed_by_name="", changed_at=clock.now()
        )
        uow.session.add(choice)
    values = {
        "months": command.months,
        "is_confirmed": command.is_confirmed,
        "note": command.note.strip()[:300],
    }
    changes = audit.changed_fields(choice, values)
    choice.changed_by_name, choice.changed_at = actor.display_name, clock.now()
    subject = audit.Subject("retention_rule", uuid5(NAMESPACE_URL, rule.name), str(rule.label))
    audit.record(
        uow,
        actor,
        clock,
        action="house.retention.decided",
        subject=subject,
        changes=changes,
    )
    uow.flush()
    return choice


def limit_of(rule: RetentionRule, choice: RetentionChoice | None, now: datetime) -> datetime:
    """Return the instant before which a rule forgets, the first of a month."""
    months = choice.months if choice else rule.months
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    # The first of a month exists in every year; up to a month more is kept, never less.
    return now.replace(year=years, month=month + 1, day=1)


def may_run(rule: RetentionRule, choice: RetentionChoice | None) -> bool:
    """Tell whether the job acts on a rule."""
    confirmed = choice.is_confirmed if choice else rule.is_technical
    return confirmed and not rule.is_shown_only


def apply_rule(
    rule: RetentionRule, actor: Actor, trail_key: bytes, uow: UnitOfWork, clock: Clock
) -> int:
    """Forget one batch of what a rule no longer keeps; return the rows, 0 when nothing is left."""
    choice = uow.session.get(RetentionChoice, rule.name)
    if rule.forget is None or not may_run(rule, choice):
        return 0
    rows = rule.forget(limit_of(rule, choice, clock.now()), uow, clock)
    prove_redactions(trail_key, uow)
    note_run(rule, rows, actor, uow, clock)
    return rows


def people_of(
    rule: RetentionRule, privacy: Privacy, session: Session, clock: Clock
) -> list[PersonRef]:
    """Return whom a rule that runs forgets: nothing of them is later than its limit."""
    choice = session.get(RetentionChoice, rule.name)
    if rule.people is None or not may_run(rule, choice):
        return []
    before = limit_of(rule, choice, clock.now())
    found = rule.people(before, session)
    return [person for person in found if not _was_in_touch(person, before, privacy, session)]


def _was_in_touch(person: PersonRef, since: datetime, privacy: Privacy, session: Session) -> bool:
    moments = (data.latest(person, session) for data in privacy.data if data.latest)
    return any(moment is not None and moment >= since for moment in moments)


def note_run(rule: RetentionRule, rows: int, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Keep when a rule was applied and what it did."""
    choice = uow.session.get(RetentionChoice, rule.name)
    if choice is not None:
        choice.last_run_at = clock.now()
        choice.last_rows = rows or choice.last_rows
    if rows:
        subject = audit.Subject("retention_rule", uuid5(NAMESPACE_URL, rule.name), str(rule.label))
        changes = {"rows": (None, rows)}
        audit.record(
            uow,
            actor,
            clock,
            action="house.retention.applied",
            subject=subject,
            changes=changes,
        )
