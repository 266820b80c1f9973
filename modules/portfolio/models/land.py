"""Land: parcels of the estate, and the boundaries drawn under the map."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Archivable, Cents, Entity, EnumText, Timestamped, Versioned
from app.db.codes import code_index
from app.i18n import lazy as _l
from modules.portfolio.enums import BoundaryKind, LandUse, Region
from modules.portfolio.models.mixins import Acquired, Located


class LandParcel(Entity, Versioned, Timestamped, Archivable, Located, Acquired):
    """A piece of land of the estate, with its use and its cadastral number when it has one."""

    __tablename__ = "land_parcels"
    plural = _l("Land parcels")
    __table_args__ = (
        Index("ix_land_parcels_box", "lon", "lat"),
        code_index("land_parcels", "reference"),
    )

    # Human reference such as PAR-0007.
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    # CaPaKey DDDDDSNNNN/BBEPPP; parcels change number when they split or merge.
    capakey: Mapped[str | None] = mapped_column(String(17), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    predecessor_id: Mapped[UUID | None] = mapped_column(ForeignKey("land_parcels.id"))
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"), index=True)
    region: Mapped[Region] = mapped_column(EnumText(Region), index=True)
    commune: Mapped[str] = mapped_column(String(80), default="")
    commune_nis: Mapped[str | None] = mapped_column(String(5))
    use: Mapped[LandUse] = mapped_column(EnumText(LandUse), index=True)
    # Area in the deeds, and area of the drawn shape: they differ, and the difference is telling.
    area_m2: Mapped[float | None]
    drawn_area_m2: Mapped[float | None]
    # Non-indexed cadastral income, base 1975: the farm rent is capped by it.
    cadastral_income_cents: Mapped[Cents | None]
    farm_region: Mapped[str] = mapped_column(String(60), default="")
    crop: Mapped[str] = mapped_column(String(80), default="")
    crop_year: Mapped[int | None]
    # Identifier of the parcel in the agricultural register, which is not the cadastre.
    farm_ref: Mapped[str | None] = mapped_column(String(40), index=True)
    note: Mapped[str] = mapped_column(Text(), default="")
    search_text: Mapped[str] = mapped_column(String(300), default="")


class Boundary(Entity):
    """A commune, statistical sector or district, drawn under the estate."""

    __tablename__ = "boundaries"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    kind: Mapped[BoundaryKind] = mapped_column(EnumText(BoundaryKind))
    code: Mapped[str] = mapped_column(String(20))
    name_fr: Mapped[str] = mapped_column(String(120))
    name_nl: Mapped[str] = mapped_column(String(120))
    parent_code: Mapped[str | None] = mapped_column(String(20))
    geojson: Mapped[str] = mapped_column(Text())
