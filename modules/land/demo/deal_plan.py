"""What the demo office sells, buys and lets of its land, and how far it came; all of it invented.

Days are counted back from the day of planting; a minus is to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from modules.land.enums import DealKind as Kind
from modules.land.enums import DealStepKind as Step
from modules.portfolio.api import LandUse


class Did(NamedTuple):
    """What happened, how many days ago, the amount in euros, a note."""

    kind: Step
    ago: int
    euros: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlannedDeal:
    """A file: what it leads to, and what happened."""

    kind: Kind
    subject: str
    steps: tuple[Did, ...]
    use: LandUse | None = None
    parcels: int = 1
    expected: int | None = None
    planned: int | None = None
    project: str = ""
    counterparty: str = ""
    notary: str = ""


DEALS = (
    PlannedDeal(
        Kind.SALE,
        "Verkoop van weiland langs de steenweg",
        (
            Did(Step.VALUED, 700, 61_000),
            Did(Step.DECIDED, 660),
            Did(Step.PUBLISHED, 600, None, "Notariële website en gemeentelijk infoblad"),
            Did(Step.OFFERED, 570, 58_000, "Eerste bieder"),
            Did(Step.OFFERED, 560, 66_500, "Tweede bieder"),
            Did(Step.CALL_CLOSED, 550),
            Did(Step.CHOSEN, 540, 66_500),
            Did(Step.APPROVED, 500),
            Did(Step.SIGNED, 430, 66_500),
        ),
        expected=61_000,
        counterparty="Hoeve De Linde BV",
        notary="Notariskantoor Baets",
    ),
    PlannedDeal(
        Kind.SALE,
        "Verkoop van akker aan de dorpsrand",
        (
            Did(Step.VALUED, 520, 84_000),
            Did(Step.DECIDED, 500),
            Did(Step.PUBLISHED, 470),
            Did(Step.OFFERED, 450, 92_000),
            Did(Step.CALL_CLOSED, 430),
            Did(Step.CHOSEN, 420, 92_000),
            Did(Step.SIGNED, 300, 92_000),
        ),
        expected=85_000,
        project="Woningen Molenberg",
        counterparty="Landbouwbedrijf Peeters",
    ),
    PlannedDeal(
        Kind.SALE,
        "Openbare verkoop van drie percelen",
        (
            Did(Step.VALUED, 120, 240_000),
            Did(Step.DECIDED, 100),
            Did(Step.PUBLISHED, 40, None, "Drie websites, twee kranten, borden op het terrein"),
            Did(Step.VIEWED, 20),
            Did(Step.OFFERED, 9, 228_000, "Eerste bieder"),
        ),
        parcels=3,
        expected=240_000,
        planned=-75,
        project="Woningen Molenberg",
        notary="Notariskantoor Baets",
    ),
    PlannedDeal(
        Kind.SALE,
        "Verkoop van een strook aan de buur",
        (
            Did(Step.VALUED, 210, 9_500),
            Did(Step.CHOSEN, 150, 9_000),
            Did(Step.FELL_THROUGH, 60, None, "Krediet geweigerd"),
        ),
        expected=9_500,
    ),
    PlannedDeal(
        Kind.PURCHASE,
        "Achat d'un terrain pour quarante logements",
        (
            Did(Step.VALUED, 90, 1_450_000),
            Did(Step.DECIDED, 70),
            Did(Step.OFFERED, 45, 1_380_000, "Notre offre"),
            Did(Step.CHOSEN, 12, 1_420_000, "Accord du vendeur"),
        ),
        parcels=0,
        expected=1_450_000,
        planned=-60,
        project="Quarante logements, quartier nord",
        counterparty="Société vendeuse",
        notary="Étude Lambert",
    ),
    PlannedDeal(
        Kind.LETTING,
        "Pachtovereenkomst van negen jaar",
        (
            Did(Step.PUBLISHED, 400),
            Did(Step.OFFERED, 380, 610, "Kandidaat 1"),
            Did(Step.OFFERED, 375, 640, "Kandidaat 2"),
            Did(Step.CALL_CLOSED, 370),
            Did(Step.CHOSEN, 350, 640),
            Did(Step.SIGNED, 330, 640),
        ),
        use=LandUse.FARM_LEASE,
        parcels=2,
        expected=600,
        counterparty="Hoeve De Linde BV",
    ),
    PlannedDeal(
        Kind.LETTING,
        "Jachtrecht, hernieuwing",
        (Did(Step.DECIDED, 30), Did(Step.PUBLISHED, 22), Did(Step.CALL_CLOSED, 3)),
        use=LandUse.HUNTING,
        parcels=4,
        expected=1_200,
        planned=-30,
    ),
    PlannedDeal(
        Kind.LETTING,
        "Site d'antenne sur le toit du hangar",
        (Did(Step.ABANDONED, 15, None, "L'opérateur a choisi un autre lieu"),),
        use=LandUse.TELECOM,
        expected=5_500,
    ),
    PlannedDeal(
        Kind.LETTING,
        "Occupation précaire d'une prairie",
        (),
        use=LandUse.PRECARIOUS,
        expected=350,
        planned=-20,
    ),
)
