"""Give the demo estate its people: who lives in each lot now, and who left within the year."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db import Base
from app.demo import Planting, Seed, invented_id
from app.numbers import reserve_numbers
from app.search.changes import touch_documents
from app.search.normalise import fold, index_text
from modules.parties.contact import reversed_digits
from modules.parties.demo.helpers import GUARDIANS, SOCIAL_WORKERS, drawn_helpers
from modules.parties.demo.names import ADULT, InventedPerson, NameBook, age_on
from modules.parties.enums import Language, OccupancyRole, PartyKind, PhoneKind, Relation
from modules.parties.models import Party
from modules.parties.services.duplicates import find_duplicates
from modules.parties.services.people import EVERY_YEAR, SERIES
from modules.portfolio.api import LotKind, LotStay, lot_stays

TABLES = ("parties", "party_phones", "party_emails", "party_relations", "occupancies")
# Share of homes with a household of several people, and of parties typed twice.
SHARE_OF_HOUSEHOLDS = 0.38
SHARE_TYPED_TWICE = 0.012
# Years: of who may sign, of the oldest parent at a birth, of the oldest child that lives at home.
OF_AGE, OLDEST_PARENT, AT_HOME = 18, 45, 22
# Invented firms that work for the office: name, language, telephone, e-mail; one has no e-mail.
CONTRACTORS = (
    ("Ascenseurs du Midi", Language.FRENCH, "+3225550110", "depannage@midi.example"),
    ("Dakwerken Zennevallei", Language.DUTCH, "+3225550120", "dak@zenne.example"),
    ("Chaufferies Réunies", Language.FRENCH, "+3225550130", "garde@reuni.example"),
    ("Glashandel Peetermans", Language.DUTCH, "+3225550140", ""),
    ("Groenwerken Zonien", Language.DUTCH, "+3225550150", "groen@zonien.example"),
)


def is_planted(session: Session) -> bool:
    """Tell whether there are people already, invented or real."""
    return (session.scalar(select(func.count()).select_from(Party)) or 0) > 0


def plant_people(planting: Planting) -> None:
    """Invent a tenant for each time a lot was let, some with a household, in one transaction."""
    with planting.database.reader() as session:
        stays = lot_stays(session)
    crowd = Crowd(planting.chance, planting.clock.today(), planting.clock.now())
    for stay in stays:
        crowd.house(stay)
    crowd.look_after()
    crowd.type_some_twice()
    crowd.hire()
    with planting.database.unit_of_work("demo") as uow:
        for name in TABLES:
            if rows := crowd.rows.get(name):
                uow.session.execute(insert(Base.metadata.tables[name]), rows)
        reserve_numbers(SERIES, EVERY_YEAR, len(crowd.rows["parties"]), uow.session)
        touch_documents(uow.session, "party")
        pairs = find_duplicates(uow, planting.clock)
    planting.say(f"{len(crowd.rows['parties'])} people and firms, {pairs} look alike")


@dataclass(slots=True)
class Crowd:
    """Makes the rows of the people, counting references as it goes."""

    chance: Random
    today: date
    now: Any
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    book: NameBook = field(init=False)
    tenants: list[tuple[InventedPerson, UUID, LotStay]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the book of names with the crowd's own chance."""
        self.book = NameBook(self.chance)

    def house(self, stay: LotStay) -> None:
        """Invent who had a lot for a while."""
        if stay.kind in {LotKind.SHOP, LotKind.OFFICE}:
            self._occupy(self._firm(), stay, OccupancyRole.TENANT)
            return
        # Who signs a lease is of age that day.
        youngest = max(ADULT[0], age_on(self.today, stay.starts_on) + OF_AGE + 1)
        tenant = self.book.person(self.today, ages=(min(youngest, ADULT[1]), ADULT[1]))
        tenant_id = self._person(tenant)
        self._occupy(tenant_id, stay, OccupancyRole.TENANT)
        self.tenants.append((tenant, tenant_id, stay))
        is_home = stay.kind is LotKind.HOME
        if is_home and stay.ends_on is None and self.chance.random() < SHARE_OF_HOUSEHOLDS:
            self._household(tenant, tenant_id, stay)

    def _household(self, tenant: InventedPerson, tenant_id: UUID, stay: LotStay) -> None:
        is_dutch = tenant.language is Language.DUTCH
        household = self._party(
            kind=PartyKind.HOUSEHOLD,
            name=f"{'Gezin' if is_dutch else 'Ménage'} {tenant.name}",
            language=tenant.language,
        )
        self._relate(household, tenant_id, Relation.HEAD, stay.starts_on)
        parents = [age_on(self.today, tenant.birth_date)]
        if self.chance.random() < 0.6:
            about = (max(ADULT[0], parents[0] - 10), min(ADULT[1], parents[0] + 10))
            partner = self.book.person(self.today, ages=about)
            parents.append(age_on(self.today, partner.birth_date))
            self._member(household, partner, stay, Relation.PARTNER)
        eldest, youngest = min(parents) - OF_AGE - 1, max(parents) - OLDEST_PARENT
        if youngest > AT_HOME:
            return
        for _child in range(self.chance.choices((0, 1, 2, 3), (3, 4, 3, 1))[0]):
            ages = (max(0, youngest), min(AT_HOME, eldest))
            child = self.book.person(self.today, tenant.name, ages)
            # Children are reached through their parents.
            child = replace(child, mobile=tenant.mobile, landline=None, email=None)
            self._member(household, child, stay, Relation.CHILD)

    def _member(
        self, household: UUID, person: InventedPerson, stay: LotStay, relation: Relation
    ) -> None:
        """Add somebody to a household, from the day its lot was let or, later, of the birth."""
        since = replace(stay, starts_on=max(stay.starts_on, person.birth_date))
        member_id = self._person(person, has_phone=relation is not Relation.CHILD)
        self._relate(household, member_id, relation, since.starts_on)
        self._occupy(member_id, since, OccupancyRole.OCCUPANT)

    def look_after(self) -> None:
        """Give some tenants a social worker, a guardian or somebody of the family to call."""
        staff = {
            Relation.SOCIAL_WORKER: [self._helper(*one) for one in SOCIAL_WORKERS],
            Relation.GUARDIAN: [self._helper(*one) for one in GUARDIANS],
        }
        # A chance of its own: who looks after whom must not change who lives where.
        chance = Random(len(self.tenants))  # invented data
        for tenant, tenant_id, stay in self.tenants:
            if stay.ends_on is not None:
                continue
            for kind in drawn_helpers(chance, tenant, self.today):
                helper = chance.choice(staff[kind]) if kind in staff else self._relative(tenant)
                self._relate(tenant_id, helper, kind, stay.starts_on)

    def _helper(self, first_name: str, name: str, language: Language) -> UUID:
        party = self._party(
            kind=PartyKind.PERSON, first_name=first_name, name=name, language=language
        )
        self._phone(party, self.book.mobile(), PhoneKind.WORK, 0)
        return party

    def _relative(self, tenant: InventedPerson) -> UUID:
        return self._person(self.book.person(self.today, tenant.name))

    def type_some_twice(self) -> None:
        """Enter some tenants a second time as a hurried agent would, for the merge screen."""
        for tenant, _id, _stay in self.tenants:
            if self.chance.random() < SHARE_TYPED_TWICE:
                hurried = replace(
                    tenant,
                    first_name=tenant.first_name[:-1] or tenant.first_name,
                    language=Language.UNKNOWN,
                    landline=None,
                    email=None,
                )
                self._person(hurried, has_birth_date=self.chance.random() < 0.5)

    def hire(self) -> None:
        """Add the firms that work for the office; what they do, the demo of orders says."""
        for name, language, phone, email in CONTRACTORS:
            firm = self._party(kind=PartyKind.ORGANISATION, name=name, language=language)
            self._phone(firm, phone, PhoneKind.WORK, 0)
            if email:
                self._add("party_emails", party_id=firm, email=email, position=0)

    def _firm(self) -> UUID:
        name, language = self.book.business()
        firm = self._party(kind=PartyKind.ORGANISATION, name=name, language=language)
        self._phone(firm, self.book.mobile(), PhoneKind.WORK, 0)
        return firm

    def _person(
        self, person: InventedPerson, *, has_phone: bool = True, has_birth_date: bool = True
    ) -> UUID:
        party = self._party(
            kind=PartyKind.PERSON,
            first_name=person.first_name,
            name=person.name,
            language=person.language,
            birth_date=person.birth_date if has_birth_date else None,
        )
        if has_phone:
            self._phone(party, person.mobile, PhoneKind.MOBILE, 0)
            if person.landline:
                self._phone(party, person.landline, PhoneKind.LANDLINE, 1)
        if person.email:
            self._add("party_emails", party_id=party, email=person.email, position=0)
        return party

    def _party(
        self, *, kind: PartyKind, name: str, language: Language, first_name: str = "",
        birth_date: date | None = None,
    ) -> UUID:  # fmt: skip
        reference = f"{SERIES}-{len(self.rows.get('parties', ())) + 1:06d}"
        return self._add(
            "parties",
            reference=reference,
            kind=kind,
            first_name=first_name,
            name=name,
            language=language,
            birth_date=birth_date,
            postal_address="",
            note="",
            sort_name=fold(f"{name} {first_name}"),
            search_text=index_text(name, first_name, reference),
            version=1,
            created_at=self.now,
            updated_at=self.now,
        )

    def _phone(self, party: UUID, e164: str, kind: PhoneKind, position: int) -> None:
        self._add(
            "party_phones", party_id=party, e164=e164, reversed_digits=reversed_digits(e164),
            kind=kind, label="", position=position,
        )  # fmt: skip

    def _relate(self, party: UUID, person: UUID, relation: Relation, since: date) -> None:
        self._add(
            "party_relations", party_id=party, person_id=person, relation=relation,
            may_be_contacted=relation is not Relation.CHILD, starts_on=since, ends_on=None,
        )  # fmt: skip

    def _occupy(self, party: UUID, stay: LotStay, role: OccupancyRole) -> None:
        last_day = stay.ends_on - timedelta(days=1) if stay.ends_on else None
        self._add(
            "occupancies", party_id=party, lot_id=stay.lot_id, role=role,
            starts_on=stay.starts_on, ends_on=last_day, source="demo", version=1,
        )  # fmt: skip

    def _add(self, table: str, **row: Any) -> UUID:
        identifier = invented_id(self.chance)
        self.rows.setdefault(table, []).append({"id": identifier, **row})
        return identifier


SEED = Seed("people", plant_people, is_planted)
