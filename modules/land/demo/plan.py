"""What the demo office asked of which authority, and how far it came; all of it invented.

Days are counted back from the day of planting, so that some decisions are always due soon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modules.land.enums import PermitKind as Kind
from modules.land.enums import StepKind as Step
from modules.land.enums import Track, WorkKind
from modules.portfolio.api import Region

Steps = tuple[tuple[Step, int], ...]


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """Works after the permit of a file number, or without one: days ago, a minus is to come."""

    kind: WorkKind
    subject: str
    file_number: str = ""
    no_permit_reason: str = ""
    planned: int | None = None
    begun: int | None = None
    done: int | None = None
    estimated: int | None = None
    real: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A procedure: what, where, and what happened how many days ago."""

    region: Region
    kind: Kind
    subject: str
    authority: str
    file_number: str
    steps: Steps
    track: Track | None = None
    parcels: int = 1
    more: dict[str, Any] | None = None


PLANNED = (
    Planned(
        Region.FLANDERS, Kind.FLEMISH_WORKS, "Toegangsweg naar de noordelijke percelen",
        "College van burgemeester en schepenen", "OMV_2025118840",
        ((Step.LODGED, 420), (Step.COMPLETE, 400), (Step.INQUIRY_OPENED, 390),
         (Step.INQUIRY_CLOSED, 360), (Step.GRANTED_WITH_CONDITIONS, 310), (Step.BEGUN, 200)),
        Track.FLANDERS_ORDINARY, 2,
        {"conditions": "Behoud van de knotwilgen; verharding in waterdoorlatend materiaal."},
    ),
    Planned(
        Region.FLANDERS, Kind.FLEMISH_ALLOTMENT, "Verkaveling in zes loten",
        "College van burgemeester en schepenen", "OMV_2026073312",
        ((Step.LODGED, 125), (Step.INCOMPLETE, 110), (Step.LODGED, 98), (Step.COMPLETE, 85),
         (Step.INQUIRY_OPENED, 75), (Step.INQUIRY_CLOSED, 45), (Step.OPINION_ASKED, 40)),
        Track.FLANDERS_ORDINARY, 3,
    ),
    Planned(
        Region.FLANDERS, Kind.FLEMISH_COMBINED, "Loods en opslag van landbouwmachines",
        "Deputatie van de provincie", "OMV_2025009921",
        ((Step.LODGED, 500), (Step.COMPLETE, 480), (Step.REFUSED, 370), (Step.APPEAL_LODGED, 345)),
        Track.FLANDERS_COMMITTEE,
        more={"typed_due": 20, "due_reason": "Termijn in beroep, volgens de brief van de minister"},
    ),
    Planned(
        Region.WALLONIA, Kind.PLANNING, "Chemin d'accès empierré et fossé",
        "Collège communal", "PU 2024/118",
        ((Step.PREPARED, 700), (Step.LODGED, 660), (Step.COMPLETE, 645), (Step.OPINION_ASKED, 640),
         (Step.OPINION_RECEIVED, 610), (Step.GRANTED, 580)),
        Track.WALLONIA_ADVISED,
    ),
    Planned(
        Region.WALLONIA, Kind.URBANISATION, "Urbanisation de la lisière du village",
        "Collège communal et fonctionnaire délégué", "PURB 2026/03",
        ((Step.PREPARED, 200), (Step.LODGED, 118), (Step.COMPLETE, 100),
         (Step.INQUIRY_OPENED, 90), (Step.INQUIRY_CLOSED, 60)),
        Track.WALLONIA_FULL, 2,
    ),
    Planned(
        Region.WALLONIA, Kind.SINGLE, "Antenne et abri technique",
        "Fonctionnaires technique et délégué", "PUN 2025/07",
        ((Step.LODGED, 300), (Step.WITHDRAWN, 240)),
    ),
    Planned(
        Region.WALLONIA, Kind.CERTIFICATE, "Renseignements avant la vente", "Commune", "",
        ((Step.PREPARED, 12),),
    ),
    Planned(
        Region.BRUSSELS, Kind.PLANNING, "Clôture et sentier des potagers collectifs",
        "Collège des bourgmestre et échevins", "PU 53410",
        ((Step.PREPARED, 130), (Step.LODGED, 95), (Step.COMPLETE, 70)),
        Track.BRUSSELS_ADVISED,
    ),
    Planned(
        Region.BRUSSELS, Kind.PLANNING, "Abri et point d'eau des potagers",
        "Collège des bourgmestre et échevins", "PU 50087",
        ((Step.LODGED, 1_260), (Step.COMPLETE, 1_220), (Step.GRANTED, 1_050)),
        Track.BRUSSELS_PLAIN,
    ),
)  # fmt: skip

WORKS = (
    PlannedWork(
        WorkKind.ACCESS_ROAD, "Aanleg van de toegangsweg", "OMV_2025118840",
        planned=210, begun=200, estimated=48_500_00,
    ),
    PlannedWork(
        WorkKind.DRAINAGE, "Gracht en duiker langs de toegangsweg", "OMV_2025118840",
        planned=190, begun=185, done=150, estimated=12_000_00, real=13_240_50,
    ),
    PlannedWork(
        WorkKind.ACCESS_ROAD, "Empierrement du chemin d'accès", "PU 2024/118",
        planned=-45, estimated=31_000_00,
    ),
    PlannedWork(
        WorkKind.FENCING, "Clôture des potagers", "PU 53410", planned=-90, estimated=6_400_00,
    ),
    PlannedWork(
        WorkKind.CLEARING, "Fauchage et enlèvement des ronces",
        no_permit_reason="Entretien, sans abattage d'arbres",
        planned=30, begun=25, done=24, estimated=1_800_00, real=1_650_00,
    ),
)  # fmt: skip
