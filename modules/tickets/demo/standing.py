"""What stands open this minute: every state a ticket can wait in, whatever the hour of the demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from modules.tickets.demo.stories import Happened
from modules.tickets.enums import EventKind, WaitingReason

_DEFERRED_DAYS = 20
_BACK_TO_WORK = ((EventKind.STARTED, 0.3), (EventKind.COMPLETED, 0.4))


@dataclass(frozen=True, slots=True)
class Standing:
    """A report of some hours ago and what happened last; nothing: nobody read it yet."""

    category: str
    hours: float
    last: EventKind | None = None
    reason: WaitingReason | None = None
    why: Mapping[str, str] | None = None

    @property
    def is_at_work(self) -> bool:
        """Say whether somebody is there or on the way."""
        return self.last in {EventKind.QUALIFIED, EventKind.STARTED}

    def tell(self, at: datetime, opening: Mapping[str, Any], *, locale: str) -> Iterator[Happened]:
        """Tell what happened since it was opened at a moment."""
        whole = timedelta(hours=self.hours)
        yield Happened(EventKind.OPENED, at, "Accueil technique", data=dict(opening))
        if self.last is None:
            return
        yield Happened(EventKind.QUALIFIED, at + whole * 0.1, "Dispatching")
        if self.last is EventKind.QUALIFIED:
            return
        if self.last is EventKind.RETURNED:
            for kind, part in _BACK_TO_WORK:
                yield Happened(kind, at + whole * part, "Dispatching")
        text = self.why[locale] if self.why else ""
        then = at + whole * 0.7
        yield Happened(self.last, then, "Dispatching", text, self._data(then))

    def _data(self, at: datetime) -> dict[str, Any]:
        if self.reason is not None:
            return {"reason": self.reason.value}
        if self.last is EventKind.DEFERRED:
            return {"until": (at + timedelta(days=_DEFERRED_DAYS)).date().isoformat()}
        return {}


def _words(fr: str, nl: str) -> Mapping[str, str]:
    return {"fr": fr, "nl": nl}


_K, _W = EventKind, WaitingReason
STANDING = (
    Standing("home.water.tap", 0.5),
    Standing("home.heating.none", 0.2),
    Standing("common.light", 0.9),
    # Somebody is on the way to what cannot wait.
    Standing("home.water.burst", 0.4, _K.QUALIFIED),
    Standing("home.power.none", 2, _K.STARTED),
    Standing(
        "home.water.blocked", 30, _K.WAITED, _W.ACCESS,
        _words("Personne n’a ouvert, carte de passage laissée.",
               "Niemand deed open, kaartje achtergelaten."),
    ),
    Standing(
        "home.heating.radiator", 76, _K.WAITED, _W.PART,
        _words("Vanne commandée, livraison annoncée dans la semaine.",
               "Kraan besteld, levering aangekondigd binnen de week."),
    ),
    Standing(
        "home.joinery.window", 95, _K.WAITED, _W.TENANT,
        _words("Le locataire rappelle pour dire quand il est là.",
               "De huurder belt terug om te zeggen wanneer hij thuis is."),
    ),
    Standing(
        "common.roof", 52, _K.WAITED, _W.CONTRACTOR,
        _words("Le couvreur passe dès que l’échafaudage est libre.",
               "De dakwerker komt zodra de stelling vrij is."),
    ),
    Standing(
        "home.finish.floor", 340, _K.WAITED, _W.DECISION,
        _words("Remplacer tout le sol ou réparer : à trancher par le service.",
               "De hele vloer vervangen of herstellen: de dienst beslist."),
    ),
    Standing(
        "home.damp.rising", 90, _K.DEFERRED, None,
        _words("À reprendre avec les travaux de façade.", "Samen met de gevelwerken te doen."),
    ),
    Standing(
        "home.water.toilet", 48, _K.RETURNED, None,
        _words("Coule de nouveau depuis ce matin.", "Loopt opnieuw sinds vanmorgen."),
    ),
)  # fmt: skip
