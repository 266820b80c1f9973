"""Hang documents on some places of the demo: plans and certificates, and what few may read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.models import User
from app.auth.roles import Role
from app.clock import FixedClock
from app.demo import NAMES, Planting, Seed, account_email, invented_id
from app.errors import NotFound
from app.files.document_kinds import DocumentKind
from app.files.intake import take_in
from app.files.models import Attachment
from app.files.services import AttachFile, attach_file
from app.subjects import Confidentiality, Subject
from modules.portfolio.demo.papers import write_paper
from modules.portfolio.enums import BuildingKind, LotCategory, LotKind
from modules.portfolio.models import Building, Lot
from modules.portfolio.subjects import find_building_subject, find_lot_subject

_C = Confidentiality
_K = DocumentKind


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: its name, what it says, for whom, what it is, who filed it how many days ago."""

    name: str
    title: str
    lines: tuple[str, ...]
    level: Confidentiality
    kind: DocumentKind
    filed_by: Role
    age: int
    has_plan: bool = False


OF_CARE_HOMES = (
    Paper(
        "plan-evacuation-rez.pdf", "Plan d’évacuation - rez-de-chaussée",
        ("Sorties de secours aux deux bouts du couloir.", "Point de rassemblement : jardin."),
        _C.PUBLIC, _K.PLAN, Role.PREVENTION_ADVISER, 210, has_plan=True,
    ),
    Paper(
        "attest-brandweer.pdf", "Attest van de brandweer",
        ("Type A, geldig vijf jaar.", "Opmerking: branddeur van de keuken bijregelen."),
        _C.INTERNAL, _K.CERTIFICATE, Role.PREVENTION_ADVISER, 160,
    ),
)  # fmt: skip
OF_BUILDINGS = (
    Paper(
        "inventaire-amiante.pdf", "Inventaire amiante",
        ("Calorifugeage des conduites en cave : non friable, à surveiller.", "Toiture : néant."),
        _C.INTERNAL, _K.INSPECTION, Role.PREVENTION_ADVISER, 400,
    ),
    Paper(
        "grondplan-verdieping-1.pdf", "Grondplan - eerste verdieping",
        ("Schaal 1/100, opgemeten voor de renovatie.",),
        _C.PUBLIC, _K.PLAN, Role.WORKS_PROJECT_LEAD, 320, has_plan=True,
    ),
    Paper(
        "attestation-chaudiere.pdf", "Attestation d’entretien de la chaudière",
        ("Rendement 93 %, CO 18 ppm.", "Prochain entretien dans douze mois."),
        _C.INTERNAL, _K.CERTIFICATE, Role.MAINTENANCE_ENGINEER, 95,
    ),
)  # fmt: skip
OF_LOTS = (
    Paper(
        "etat-des-lieux-entree.pdf", "État des lieux d’entrée",
        ("Relevé contradictoire, signé par les deux parties.", "Deux clés, un badge."),
        _C.PERSONAL, _K.INVENTORY, Role.LETTING_AGENT, 480,
    ),
    Paper(
        "plaatsbeschrijving.pdf", "Plaatsbeschrijving bij intrede",
        ("Tegensprekelijk opgemaakt en door beide partijen getekend.", "Drie sleutels."),
        _C.PERSONAL, _K.INVENTORY, Role.LETTING_AGENT, 620,
    ),
)  # fmt: skip
OF_TRANSIT = (
    Paper(
        "adresse-protegee.pdf", "Adresse protégée",
        ("Ne communiquer l’adresse à personne, même à la famille.",
         "Rendez-vous par le service social."),
        _C.SENSITIVE, _K.LETTER, Role.PROPERTY_DIRECTOR, 35,
    ),
)  # fmt: skip

Find = Callable[[Actor, Session, UUID], Subject | None]


def plant_documents(planting: Planting) -> None:
    """File the documents, each by a colleague some time ago; without a store there are none."""
    if planting.files is None:
        return
    with planting.database.unit_of_work("demo") as uow:
        users = {user.email: user for user in uow.session.scalars(select(User))}
        count = 0
        for find, place, paper in _filed(uow.session):
            user = users.get(account_email(paper.filed_by))
            if user is None:
                continue
            by = replace(planting.actor, user_id=user.id, display_name=NAMES[paper.filed_by])
            subject = find(by, uow.session, place)
            if subject is None:
                raise NotFound
            # The label makes the same paper another file at another place.
            lines = (subject.label, *paper.lines)
            content = write_paper(paper.title, lines, has_plan=paper.has_plan)
            command = AttachFile(
                subject,
                take_in(content, paper.name, planting.files),
                paper.title,
                paper.level,
                invented_id(planting.chance),
                paper.kind,
            )
            then = FixedClock(planting.clock.now() - timedelta(days=paper.age))
            attach_file(by, command, uow, then)
            count += 1
    planting.say(f"{count} documents")


def are_documents_planted(session: Session) -> bool:
    """Tell whether some record has a document already."""
    return session.scalar(select(Attachment.id).limit(1)) is not None


def _filed(session: Session) -> Iterator[tuple[Find, UUID, Paper]]:
    """Say which paper hangs on which place."""
    buildings = select(Building.id).order_by(Building.code)
    homes = buildings.where(Building.kind == BuildingKind.CARE_HOME)
    for place in session.scalars(homes).all():
        yield from ((find_building_subject, place, paper) for paper in OF_CARE_HOMES)
    # The largest ones, where somebody looks.
    large = select(Building.id).where(Building.kind == BuildingKind.MIXED)
    largest = large.order_by(Building.lot_count.desc(), Building.code).limit(3)
    for place in session.scalars(largest).all():
        yield from ((find_building_subject, place, paper) for paper in OF_BUILDINGS)
    lots = select(Lot.id).where(Lot.kind == LotKind.HOME).order_by(Lot.reference)
    papers: Sequence[tuple[LotCategory, tuple[Paper, ...]]] = (
        (LotCategory.ORDINARY, OF_LOTS),
        (LotCategory.TRANSIT, OF_TRANSIT),
    )
    for category, of_category in papers:
        found = session.scalars(lots.where(Lot.category == category).limit(2)).all()
        for place, paper in zip(found, of_category, strict=False):
            yield find_lot_subject, place, paper


SEED = Seed("documents", plant_documents, are_documents_planted)
