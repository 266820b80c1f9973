"""What leads to a transaction on land: kinds of file, their steps and where they stand."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class DealKind(StrEnum):
    """What a file leads to."""

    SALE = "sale"
    PURCHASE = "purchase"
    LETTING = "letting"


DEAL_KIND_LABELS: dict[DealKind, LazyText] = {
    DealKind.SALE: _l("Sale of land"),
    DealKind.PURCHASE: _l("Purchase of land"),
    DealKind.LETTING: _l("Letting of land"),
}


class DealStepKind(StrEnum):
    """One thing that happened on the way to a transaction, on a day."""

    VALUED = "valued"
    DECIDED = "decided"
    PUBLISHED = "published"
    VIEWED = "viewed"
    OFFERED = "offered"
    CALL_CLOSED = "call_closed"
    CHOSEN = "chosen"
    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    FELL_THROUGH = "fell_through"
    PRELIMINARY = "preliminary"
    SIGNED = "signed"
    ABANDONED = "abandoned"


DEAL_STEP_LABELS: dict[DealStepKind, LazyText] = {
    DealStepKind.VALUED: _l("Value estimated"),
    DealStepKind.DECIDED: _l("Decision of principle"),
    DealStepKind.PUBLISHED: _l("Made public"),
    DealStepKind.VIEWED: _l("Visit of candidates"),
    DealStepKind.OFFERED: _l("Offer received"),
    DealStepKind.CALL_CLOSED: _l("Call for offers closed"),
    DealStepKind.CHOSEN: _l("Party chosen"),
    DealStepKind.APPROVED: _l("Approved by the supervising authority"),
    DealStepKind.NOT_APPROVED: _l("Not approved by the supervising authority"),
    DealStepKind.FELL_THROUGH: _l("Chosen party withdrew"),
    DealStepKind.PRELIMINARY: _l("Preliminary agreement signed"),
    DealStepKind.SIGNED: _l("Deed or contract signed"),
    DealStepKind.ABANDONED: _l("File given up"),
}

# The steps that say an amount; the others have none.
PRICED_STEPS = frozenset(
    {
        DealStepKind.VALUED,
        DealStepKind.OFFERED,
        DealStepKind.CHOSEN,
        DealStepKind.PRELIMINARY,
        DealStepKind.SIGNED,
    }
)


class DealStatus(StrEnum):
    """Where a file stands; derived from its steps."""

    PREPARING = "preparing"
    PUBLISHED = "published"
    CHOOSING = "choosing"
    AGREED = "agreed"
    SIGNED = "signed"
    ABANDONED = "abandoned"


DEAL_STATUS_LABELS: dict[DealStatus, LazyText] = {
    DealStatus.PREPARING: _l("Being prepared"),
    DealStatus.PUBLISHED: _l("Open to offers"),
    DealStatus.CHOOSING: _l("Offers compared"),
    DealStatus.AGREED: _l("Agreed, to be signed"),
    DealStatus.SIGNED: _l("Signed"),
    DealStatus.ABANDONED: _l("Given up"),
}
DEAL_STATUS_TONES: dict[DealStatus, str] = {
    DealStatus.PREPARING: "neutral",
    DealStatus.PUBLISHED: "info",
    DealStatus.CHOOSING: "warning",
    DealStatus.AGREED: "accent",
    DealStatus.SIGNED: "success",
    DealStatus.ABANDONED: "neutral",
}
OPEN_DEALS = frozenset(
    {DealStatus.PREPARING, DealStatus.PUBLISHED, DealStatus.CHOOSING, DealStatus.AGREED}
)
