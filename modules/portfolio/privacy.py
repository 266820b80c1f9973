"""Where places may name a person: notes and reasons that people wrote; see app/privacy."""

from app.privacy import PersonalTexts
from modules.portfolio.models import (
    AccessCode,
    Building,
    Installation,
    LandParcel,
    Lot,
    LotStatusEvent,
    PlaceWarning,
)

PRIVACY = (
    PersonalTexts(AccessCode, (AccessCode.location, AccessCode.note)),
    PersonalTexts(Building, (Building.note, Building.acquisition_charge)),
    PersonalTexts(Installation, (Installation.location, Installation.note)),
    PersonalTexts(LandParcel, (LandParcel.note, LandParcel.acquisition_charge)),
    PersonalTexts(Lot, (Lot.note,)),
    PersonalTexts(LotStatusEvent, (LotStatusEvent.reason,)),
    PersonalTexts(PlaceWarning, (PlaceWarning.reason,)),
)
