"""The office of the demo."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.db import TranslatedText
from app.demo import Planting, Seed
from app.office.letterhead import find_office
from app.office.services import PresentOffice, present_office

DEMO = PresentOffice(
    TranslatedText(
        fr="CPAS de démonstration", nl="OCMW ter demonstratie", en="Demo welfare office"
    ),
    TranslatedText(
        fr="Rue de l’Exemple 1\n1000 Bruxelles",
        nl="Voorbeeldstraat 1\n1000 Brussel",
    ),
    phone="+32 2 555 00 00",
    email="info@demo.example",
    privacy_contact="Lotte Segers, data.protection.officer@demo.example",
)


def is_planted(session: Session) -> bool:
    """Tell whether the office presents itself already."""
    return find_office(session) is not None


def plant_office(planting: Planting) -> None:
    """Give the demo's office its name."""
    with planting.database.unit_of_work("demo") as uow:
        present_office(planting.actor, DEMO, uow, planting.clock)
    planting.say("the office")


SEED = Seed("office", plant_office, is_planted)
