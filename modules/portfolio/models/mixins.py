"""Columns several places share."""

from __future__ import annotations

from datetime import date

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import EnumText, Wkb
from app.geo import PlacedShape
from modules.portfolio.enums import Acquisition


class Located:
    """A place on the map: moved to WGS 84 once when written, its source kept beside it.

    The shapes are loaded only when asked for, so that a list of thousands stays light.
    """

    lon: Mapped[float | None]
    lat: Mapped[float | None]
    # The EPSG code of `source_geometry`, for instance 31370 for Lambert 72.
    source_crs: Mapped[int | None]

    # The shape in WGS 84.
    geometry: Mapped[BaseGeometry | None] = mapped_column(Wkb(), deferred=True)
    # The same as GeoJSON text, six decimals, ready to send.
    geojson: Mapped[str | None] = mapped_column(Text(), deferred=True)
    # The shape as it was received.
    source_geometry: Mapped[BaseGeometry | None] = mapped_column(Wkb(), deferred=True)

    def put_on_map(self, shape: PlacedShape | None) -> None:
        """Take over a shape, or leave the map."""
        self.geometry = shape.geometry if shape else None
        self.lon = shape.lon if shape else None
        self.lat = shape.lat if shape else None
        self.geojson = shape.geojson if shape else None
        self.source_geometry = shape.source if shape else None
        self.source_crs = int(shape.source_crs) if shape else None


class Acquired:
    """How something came to the office, when, and what was asked in return."""

    acquisition: Mapped[Acquisition] = mapped_column(
        EnumText(Acquisition), default=Acquisition.UNKNOWN
    )
    acquired_on: Mapped[date | None]
    # Such as the condition of a bequest, in words.
    acquisition_charge: Mapped[str] = mapped_column(Text(), default="")
