"""Orders of the past weeks that were called off, each for a reason of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from modules.interventions.demo.rows import Place, about_work, assignment, told
from modules.interventions.demo.works import Works
from modules.interventions.enums import OrderEventKind, WorkClass

# What was to be done, and why it was not.
CALLED_OFF = (
    ("Robinet de la cuisine à remplacer", "Le locataire l’a remplacé lui-même."),
    ("Binnendeur bijschaven", "Dubbel met een order van vorige week."),
    ("Peinture du hall d’entrée", "Repris dans le chantier de rénovation."),
    ("Stopcontact in de kelder bijplaatsen", "Niet ten laste van het bestuur."),
    ("Boîtes aux lettres à refixer", "Fait pendant la tournée des communs."),
    ("Rolluik herstellen", "De woning wordt volledig gerenoveerd."),
)
_EVERY = timedelta(days=9)


def call_some_off(works: Works, places: Sequence[Place]) -> None:
    """Make the orders, given to the technicians in turn and called off the day after."""
    if not places:
        return
    for number, (title, reason) in enumerate(CALLED_OFF):
        place = places[number * len(places) // len(CALLED_OFF)]
        technician = works.crew[number % len(works.crew)]
        made_at = works.now - timedelta(days=2) - number * _EVERY
        about = about_work(
            place, technician["trades"][0], title, technician["locale"], made_at + _EVERY
        )
        events = [
            told(OrderEventKind.CREATED, made_at),
            assignment(made_at + timedelta(minutes=20), technician),
            told(OrderEventKind.CANCELLED, made_at + timedelta(hours=26), reason),
        ]
        works.add(about, made_at, events, technician)["work_class"] = WorkClass.PLANNED
