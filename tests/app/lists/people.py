"""A list over the accounts of the house, used by every test of lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint
from sqlalchemy import Integer, Select, cast, func, select

from app.auth.models import User
from app.auth.needs import SIGNED_IN, needs
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.lists import Choice, Column, DateRange, EmptyState, NumberRange, TableSpec, Text, YesNo
from app.registry import Module
from app.web.tables import list_page

FIRST_DAY = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
LOCALES = {"fr": "Français", "nl": "Nederlands", "en": "English"}

length = cast(func.length(User.display_name), Integer)

PEOPLE = TableSpec(
    name="tests.people",
    title=_l("People"),
    key=User.id,
    columns=(
        Column(
            "name",
            _l("Name"),
            lambda u: u.display_name,
            sort=User.display_name,
            link=lambda u: f"/people/{u.id}",
        ),
        Column("email", _l("E-mail"), sort=User.email),
        Column("locale", _l("Language"), sort=User.locale, labels=LOCALES, format="badge"),
        Column(
            "length",
            _l("Length"),
            lambda u: len(u.display_name),
            sort=length,
            total=length,
            format="integer",
        ),
        Column(
            "created",
            _l("Created"),
            lambda u: u.created_at,
            sort=User.created_at,
            format="datetime",
        ),
        Column(
            "changed",
            _l("Password"),
            lambda u: u.password_changed_at,
            sort=User.password_changed_at,
            format="datetime",
            is_default=False,
        ),
    ),
    filters=(
        Text("q", _l("Search"), columns=(User.display_name, User.email)),
        Choice("locale", _l("Language"), User.locale, options=LOCALES),
        DateRange("created", _l("Created"), User.created_at),
        NumberRange("length", _l("Length"), length),
        YesNo("letters", _l("Letter keys"), User.has_letter_keys, is_prominent=False),
    ),
    default_sort=("name",),
    empty=EmptyState(_l("No account yet"), _l("Accounts appear here once they are made.")),
)

blueprint = Blueprint("people", __name__)


def everybody() -> Select[tuple[User]]:
    return select(User).where(User.email.like("p%@people.example"))


@blueprint.get("/people")
@needs(SIGNED_IN)
def person_list():
    return list_page(PEOPLE, everybody())


MODULE = Module(name="people", blueprints=(blueprint,))


def add_people(uow: UnitOfWork, count: int) -> None:
    """Add people named in turn, one a day, every third Dutch-speaking."""
    for number in range(count):
        uow.session.add(
            User(
                email=f"p{number:04}@people.example",
                display_name=f"Person {number:03}" + "x" * (number % 7),
                locale="nl" if number % 3 == 0 else "fr",
                created_at=FIRST_DAY + timedelta(days=number),
                updated_at=FIRST_DAY,
                password_changed_at=None if number % 2 else FIRST_DAY,
                has_letter_keys=number % 5 != 0,
            )
        )
    uow.flush()
