"""What lots are, whose rules they follow, and what they are doing."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class LotKind(StrEnum):
    """What a lot, the smallest unit let or used, is."""

    HOME = "home"
    ROOM = "room"
    SHOP = "shop"
    OFFICE = "office"
    PARKING = "parking"
    CELLAR = "cellar"
    STORAGE = "storage"
    OTHER = "other"


LOT_KIND_LABELS: dict[LotKind, LazyText] = {
    LotKind.HOME: _l("Home"),
    LotKind.ROOM: _l("Room"),
    LotKind.SHOP: _l("Shop"),
    LotKind.OFFICE: _l("Office"),
    LotKind.PARKING: _l("Parking space"),
    LotKind.CELLAR: _l("Cellar"),
    LotKind.STORAGE: _l("Storage"),
    LotKind.OTHER: _l("Other lot"),
}


class LotCategory(StrEnum):
    """Which part of the stock a lot is counted in."""

    ORDINARY = "ordinary"
    INSERTION_BODY = "insertion_body"
    TRANSIT = "transit"
    INSERTION = "insertion"
    COMMERCIAL = "commercial"
    OFFICE = "office"
    ANNEX = "annex"
    CARE = "care"


LOT_CATEGORY_LABELS: dict[LotCategory, LazyText] = {
    LotCategory.ORDINARY: _l("Ordinary home"),
    LotCategory.INSERTION_BODY: _l("Home of the absorbed insertion body"),
    LotCategory.TRANSIT: _l("Transit home"),
    LotCategory.INSERTION: _l("Insertion home"),
    LotCategory.COMMERCIAL: _l("Commercial lot"),
    LotCategory.OFFICE: _l("Office lot"),
    LotCategory.ANNEX: _l("Annex (parking, cellar)"),
    LotCategory.CARE: _l("Care-home room"),
}


class Regime(StrEnum):
    """Which rules the occupation and the rent of a lot follow."""

    FREE = "free"
    SUBSIDISED = "subsidised"
    TRANSIT = "transit"
    INSERTION = "insertion"
    STUDENT = "student"
    SLIDING = "sliding"
    CARETAKER = "caretaker"
    COMMERCIAL = "commercial"
    COMMON_LAW = "common_law"
    PRECARIOUS = "precarious"
    CARE = "care"
    OWN_USE = "own_use"


REGIME_LABELS: dict[Regime, LazyText] = {
    Regime.FREE: _l("Free rent"),
    Regime.SUBSIDISED: _l("Subsidised, with an income ceiling"),
    Regime.TRANSIT: _l("Transit"),
    Regime.INSERTION: _l("Insertion"),
    Regime.STUDENT: _l("Student"),
    Regime.SLIDING: _l("Sliding lease"),
    Regime.CARETAKER: _l("Caretaker"),
    Regime.COMMERCIAL: _l("Commercial lease"),
    Regime.COMMON_LAW: _l("Common law"),
    Regime.PRECARIOUS: _l("Precarious occupation"),
    Regime.CARE: _l("Care-home stay"),
    Regime.OWN_USE: _l("Own use"),
}


class Funding(StrEnum):
    """With what money a lot was built or renovated, which decides on ceilings."""

    OWN = "own"
    REGION = "region"
    FEDERAL = "federal"
    CITY = "city"
    DONATION = "donation"
    UNKNOWN = "unknown"


FUNDING_LABELS: dict[Funding, LazyText] = {
    Funding.OWN: _l("Own funds"),
    Funding.REGION: _l("Regional subsidy"),
    Funding.FEDERAL: _l("Federal subsidy"),
    Funding.CITY: _l("City subsidy"),
    Funding.DONATION: _l("Donation or bequest"),
    Funding.UNKNOWN: _l("Funding unknown"),
}


class LotStatus(StrEnum):
    """What a lot is doing on a given day."""

    LET = "let"
    NOTICE = "notice"
    VACANT = "vacant"
    WORKS = "works"
    RESERVED = "reserved"
    OUT_OF_SERVICE = "out_of_service"


LOT_STATUS_LABELS: dict[LotStatus, LazyText] = {
    LotStatus.LET: _l("Let"),
    LotStatus.NOTICE: _l("Notice given"),
    LotStatus.VACANT: _l("Vacant"),
    LotStatus.WORKS: _l("In works"),
    LotStatus.RESERVED: _l("Reserved"),
    LotStatus.OUT_OF_SERVICE: _l("Out of service"),
}


# A lot in one of these states has nobody in it: the rent is lost.
EMPTY_STATUSES = frozenset(
    {LotStatus.VACANT, LotStatus.WORKS, LotStatus.RESERVED, LotStatus.OUT_OF_SERVICE}
)


class Accessibility(StrEnum):
    """How a person with reduced mobility gets in and about."""

    UNKNOWN = "unknown"
    STAIRS = "stairs"
    STEP_FREE = "step_free"
    WHEELCHAIR = "wheelchair"
    ADAPTED = "adapted"


ACCESSIBILITY_LABELS: dict[Accessibility, LazyText] = {
    Accessibility.UNKNOWN: _l("Accessibility unknown"),
    Accessibility.STAIRS: _l("Reached by stairs"),
    Accessibility.STEP_FREE: _l("Step-free access"),
    Accessibility.WHEELCHAIR: _l("Usable with a wheelchair"),
    Accessibility.ADAPTED: _l("Adapted home"),
}
