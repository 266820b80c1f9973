"""What stands in a demo building: machines, rooms, and the odd warning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

from app.auth.actor import SYSTEM_USER_ID
from app.demo import invented_id
from modules.portfolio.demo.ground import Ground
from modules.portfolio.demo.plan import PlannedBuilding
from modules.portfolio.enums import (
    AccessKind,
    BuildingKind,
    Heating,
    InstallationKind,
    LotKind,
    RoomUse,
    WarningKind,
)

SHARE_WITH_WARNING = 0.09
_WARNINGS = (
    (WarningKind.ASBESTOS, "Calorifugeage amianté en cave, ne pas percer"),
    (WarningKind.ACCESS, "Accès par la cour arrière, sonnette hors service"),
    (WarningKind.DOG, "Chien non tenu, téléphoner avant la visite"),
    (WarningKind.SAFETY, "Troisième marche de l’escalier de cave instable"),
    (WarningKind.WARRANTY, "Toiture sous garantie décennale"),
    (WarningKind.DISREPAIR_CASE, "Dossier en justice de paix : ne rien modifier sans accord"),
)


def plant_machines(
    planter: Ground, planned: PlannedBuilding, building: dict[str, Any], entrances: Sequence[UUID]
) -> None:
    """Put in the boiler house, lift, riser and the rest a building of its size has."""
    is_public = planned.category is None
    size = planned.homes + planned.offices
    kinds: list[InstallationKind] = []
    if building["heating"] is Heating.COMMUNAL:
        kinds.append(InstallationKind.BOILER_HOUSE)
    if is_public or (planned.floors >= 4 and size >= 8):
        kinds += [InstallationKind.LIFT] * len(entrances)
    if size >= 6:
        kinds += [InstallationKind.RISER, InstallationKind.ELECTRIC_CABINET]
    if is_public:
        kinds += [
            InstallationKind.FIRE_DETECTION,
            InstallationKind.VENTILATION,
            InstallationKind.ELECTRIC_CABINET,
        ]
    doors = iter(entrances)
    for kind in kinds:
        identifier = invented_id(planter.chance)
        planter.rows.add(
            "installations",
            id=identifier,
            code=planter.reference("INS", 5),
            building_id=building["id"],
            kind=kind,
            name="",
            location="",
            commissioned_on=date(
                planter.chance.randint(1995, 2023), planter.chance.randint(1, 12), 1
            ),
            is_in_service=True,
            note="",
            **planter.stamps(),
        )
        by_entrance = next(doors) if kind is InstallationKind.LIFT else None
        planter.rows.add(
            "service_links",
            id=invented_id(planter.chance),
            installation_id=identifier,
            building_id=None if by_entrance else building["id"],
            entrance_id=by_entrance,
            lot_id=None,
        )


def furnish_rooms(
    planter: Ground, planned: PlannedBuilding, building_id: UUID, floors: dict[int, UUID]
) -> None:
    """Give a public building its rooms, each with the department that occupies it."""
    chance = planter.chance
    care, *offices = planter.rows.tables["departments"]
    is_care_home = planned.kind is BuildingKind.CARE_HOME
    per_floor = 18 if is_care_home else 8
    use = RoomUse.BEDROOM if is_care_home else RoomUse.OFFICE
    for level, number in product(range(planned.floors), range(1, per_floor + 1)):
        department = care if is_care_home else chance.choice(offices)
        planter.rows.add(
            "rooms",
            id=invented_id(chance),
            building_id=building_id,
            floor_id=floors[level],
            lot_id=None,
            code=f"{level}.{number:02d}",
            name=None,
            use=RoomUse.COMMON if number == per_floor else use,
            department_id=department["id"],
            area_m2=float(chance.randint(12, 34)),
            capacity=1 if is_care_home else chance.randint(1, 4),
            **planter.stamps(),
        )


def warn(planter: Ground, building_id: UUID, lots: list[dict[str, Any]]) -> None:
    """Warn about a building, or about the dog of one of its lots."""
    kind, reason = planter.chance.choice(_WARNINGS)
    lot = planter.chance.choice(lots) if lots and kind is WarningKind.DOG else None
    start = planter.moment.today - timedelta(days=planter.chance.randint(5, 500))
    planter.rows.add(
        "place_warnings",
        id=invented_id(planter.chance),
        lot_id=lot["id"] if lot else None,
        building_id=None if lot else building_id,
        kind=kind,
        reason=reason,
        starts_on=start,
        ends_on=None if planter.chance.random() < 0.6 else start + timedelta(days=720),
        author_id=SYSTEM_USER_ID,
        author_name="Demo",
        created_at=planter.moment.now,
        version=1,
    )


def lock(planter: Ground, building: dict[str, Any], entrances: Sequence[UUID]) -> None:
    """Lock a building with several homes: a code at each street door, often a key box."""
    # A chance of its own, so that the rest of the estate stays as it was.
    chance = Random(building["id"].int)
    ways: list[tuple[AccessKind, UUID | None, str, str, str]]
    ways = [
        (AccessKind.DOOR_CODE, entrance, "Rue / Straat", f"{chance.randint(1000, 9999)}A", "")
        for entrance in entrances
    ]
    if chance.random() < 0.5:
        place = f"{chance.randint(1, 40)}, code {chance.randint(100, 999)}"
        ways.append(
            (
                AccessKind.KEY_BOX,
                None,
                "Chaufferie / Stookplaats",
                place,
                "Bien refermer / Goed sluiten",
            )
        )
    for kind, door, location, code, remark in ways:
        planter.rows.add(
            "access_codes",
            id=invented_id(chance),
            building_id=building["id"],
            entrance_id=door,
            lot_id=None,
            kind=kind,
            location=location,
            code=code,
            note=remark,
            **planter.stamps(),
        )


def stack_shops(planter: Ground, building_id: UUID, lots: Sequence[dict[str, Any]]) -> None:
    """Write down what lies above the shops: their doors do not tell it."""
    chance = Random(building_id.int)
    first_floor = [lot["id"] for lot in lots if lot["floor_level"] == 1]
    ground_floor = [lot for lot in lots if lot["floor_level"] == 0]
    if not first_floor:
        return
    shops = [lot["id"] for lot in ground_floor if lot["kind"] is LotKind.SHOP]
    behind = [lot["id"] for lot in ground_floor if lot["kind"] is not LotKind.SHOP]
    # The street side lies above the shops; what else is above them is what lies behind.
    for below in [*shops, *behind[:1]] if shops else ():
        planter.rows.add(
            "stack_links",
            id=invented_id(chance),
            upper_lot_id=first_floor[0],
            lower_lot_id=below,
        )
