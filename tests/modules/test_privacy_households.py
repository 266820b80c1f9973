"""With the last member a household is forgotten as they are: in its calls, files and texts."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.audit.sealing import run_sealing, trail_key, verify_chain
from app.auth.actor import Actor, system_actor
from app.auth.roles import Role
from app.clock import FixedClock
from app.comments.models import Comment
from app.db import Base, Database, EventBus
from app.jobs import JobRun
from app.privacy import Privacy, services
from app.registry import find_modules, grants_of
from app.settings import Settings
from modules.parties.commands import MergeParties, RelatePerson
from modules.parties.enums import PartyKind, Relation
from modules.parties.models import Party, PartyRelation
from modules.parties.services import merge_parties, relate_person
from modules.tickets.commands import Caller
from modules.tickets.models import Ticket
from modules.tickets.services import note_ticket
from tests.factories.parties import BUILDER, house, make_party
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import AGENT, make_ticket
from tests.support.people import ActorMaker

SAID = "La famille Qwxyzek, 0470 99 88 77, zebu@example.be: fuite"
FORMS = ("qwxyzek", "0470 99 88 77", "470998877", "zebu@example.be")
STREET = "Rue Qwxyzek, chez Dupont"


@pytest.fixture
def privacy(database: Database, settings: Settings) -> Privacy:
    modules = find_modules()
    database.bus = EventBus(pair for module in modules for pair in module.handlers)
    declared = (item for module in modules for item in module.privacy)
    return Privacy(declared, trail_key(settings))


@pytest.fixture
def officer(actor_with: ActorMaker) -> Actor:
    return actor_with(*grants_of(find_modules())[Role.DATA_PROTECTION_OFFICER])


@pytest.fixture
def family(database: Database, clock: FixedClock, privacy: Privacy) -> tuple[Party, Party]:
    """A household of two that called itself, and whose double was merged into it."""
    with database.unit_of_work("test") as uow:
        home, double = (
            make_party(uow, clock, name, "", kind=PartyKind.HOUSEHOLD, **how)
            for name, how in (
                ("Qwxyzek", {"phones": ("0470998877",), "emails": ("zebu@example.be",)}),
                ("Ménage Qwxyzek", {}),
            )
        )
        members = [make_party(uow, clock, "Qwxyzek", first) for first in ("Léo", "Zoé")]
        for member, relation in zip(members, (Relation.HEAD, Relation.CHILD), strict=True):
            said = RelatePerson(home.id, member.id, relation, starts_on=date(2020, 1, 1))
            relate_person(BUILDER, said, uow, clock)
        caller = Caller(party_id=home.id, name="Famille Qwxyzek", phone="0470998877", locale="fr")
        ticket = make_ticket(uow, clock, caller=caller, description=SAID)
        ticket.stored_title = "Fuite chez Qwxyzek"
        note_ticket(AGENT, ticket.id, "Rappeler Qwxyzek", uow, clock)
        make_ticket(uow, clock, description=STREET)
        comment = Comment(
            subject_type="party", subject_id=home.id, text=SAID, author_id=AGENT.user_id,
            author_name="N", created_at=clock.now(),
        )  # fmt: skip
        uow.session.add(comment)
        merge_parties(BUILDER, MergeParties(home.id, double.id), uow, clock)
    return members[0], members[1]


def everything_in(database: Database) -> str:
    with database.reader() as session:
        return "\n".join(
            str(row)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ).lower()


def erase(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor, party: Party
) -> None:
    with database.unit_of_work("test") as uow:
        services.erase_person(officer, "party", party.id, privacy, uow, clock)


def test_the_calls_of_a_household_are_forgotten_with_its_last_member(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor, settings: Settings,
    family: tuple[Party, Party],
) -> None:  # fmt: skip
    job = JobRun(database, clock, system_actor("job"), settings=settings)
    run_sealing(job)
    erase(database, clock, privacy, officer, family[0])
    assert "qwxyzek" in everything_in(database)
    erase(database, clock, privacy, officer, family[1])
    # A street of that name stays, in the call of somebody else.
    left = everything_in(database).replace("rue qwxyzek", "")
    assert [form for form in FORMS if form in left] == []
    with database.reader() as session:
        said = set(session.scalars(select(Ticket.description)))
    assert said == {"La famille …, …, …: fuite", STREET}
    run_sealing(job)
    assert verify_chain(database, settings).holds


def test_the_last_member_is_shown_what_their_household_said(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor,
    family: tuple[Party, Party],
) -> None:  # fmt: skip
    def shown(party: Party) -> str:
        with database.unit_of_work("test") as uow:
            found = services.disclose_person(officer, "party", party.id, privacy, uow, clock)
        return str(found.parts)

    assert "fuite" not in shown(family[1])
    erase(database, clock, privacy, officer, family[0])
    parts = shown(family[1])
    assert "Rappeler Qwxyzek" in parts
    assert parts.count(SAID) == 2


@pytest.fixture
def housed(
    database: Database, clock: FixedClock, family: tuple[Party, Party]
) -> tuple[Party, Party]:
    """The household has a lot; its members left it."""
    with database.unit_of_work("test") as uow:
        tied = uow.session.scalars(select(PartyRelation)).all()
        for one in tied:
            one.ends_on = date(2021, 1, 1)
        home = uow.session.get_one(Party, tied[0].party_id)
        house(uow, clock, home, make_lot(uow, clock, make_building(uow, clock)).id)
    return family


def test_a_household_that_still_has_a_lot_keeps_its_calls(
    database: Database, clock: FixedClock, privacy: Privacy, officer: Actor,
    housed: tuple[Party, Party],
) -> None:  # fmt: skip
    for member in housed:
        erase(database, clock, privacy, officer, member)
    with database.reader() as session:
        assert SAID in set(session.scalars(select(Ticket.description)))
