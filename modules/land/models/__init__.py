"""Files that lead to transactions, permit procedures and works on land."""

from modules.land.models.deals import (
    Deal,
    DealParcel,
    DealStep,
)
from modules.land.models.permits import (
    LandWork,
    LandWorkParcel,
    Permit,
    PermitParcel,
    PermitStep,
)

__all__ = [
    "Deal",
    "DealParcel",
    "DealStep",
    "LandWork",
    "LandWorkParcel",
    "Permit",
    "PermitParcel",
    "PermitStep",
]
