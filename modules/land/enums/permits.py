"""Kinds of permit by region, the ways a procedure goes, its steps and what they make of it."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l
from modules.portfolio.api import Region


class PermitKind(StrEnum):
    """What is asked of the authority; the law of each region knows other kinds."""

    PLANNING = "planning"
    ALLOTMENT = "allotment"
    URBANISATION = "urbanisation"
    ENVIRONMENTAL = "environmental"
    SINGLE = "single"
    FLEMISH_WORKS = "flemish_works"
    FLEMISH_ALLOTMENT = "flemish_allotment"
    FLEMISH_OPERATION = "flemish_operation"
    FLEMISH_COMBINED = "flemish_combined"
    CERTIFICATE = "certificate"


PERMIT_KIND_LABELS: dict[PermitKind, LazyText] = {
    PermitKind.PLANNING: _l("Planning permit"),
    PermitKind.ALLOTMENT: _l("Allotment permit"),
    PermitKind.URBANISATION: _l("Urbanisation permit"),
    PermitKind.ENVIRONMENTAL: _l("Environmental permit"),
    PermitKind.SINGLE: _l("Single permit"),
    PermitKind.FLEMISH_WORKS: _l("Flemish permit for works"),
    PermitKind.FLEMISH_ALLOTMENT: _l("Flemish permit for an allotment"),
    PermitKind.FLEMISH_OPERATION: _l("Flemish permit to operate"),
    PermitKind.FLEMISH_COMBINED: _l("Flemish permit for works and operation"),
    PermitKind.CERTIFICATE: _l("Planning certificate"),
}

KINDS_OF_REGION: dict[Region, tuple[PermitKind, ...]] = {
    Region.BRUSSELS: (
        PermitKind.PLANNING,
        PermitKind.ALLOTMENT,
        PermitKind.ENVIRONMENTAL,
        PermitKind.CERTIFICATE,
    ),
    Region.WALLONIA: (
        PermitKind.PLANNING,
        PermitKind.URBANISATION,
        PermitKind.ENVIRONMENTAL,
        PermitKind.SINGLE,
        PermitKind.CERTIFICATE,
    ),
    Region.FLANDERS: (
        PermitKind.FLEMISH_WORKS,
        PermitKind.FLEMISH_ALLOTMENT,
        PermitKind.FLEMISH_OPERATION,
        PermitKind.FLEMISH_COMBINED,
        PermitKind.CERTIFICATE,
    ),
}


class Track(StrEnum):
    """How a request is examined, which decides how long the authority has."""

    BRUSSELS_PLAIN = "brussels_plain"
    BRUSSELS_ADVISED = "brussels_advised"
    BRUSSELS_MIXED = "brussels_mixed"
    WALLONIA_PLAIN = "wallonia_plain"
    WALLONIA_ADVISED = "wallonia_advised"
    WALLONIA_FULL = "wallonia_full"
    FLANDERS_SIMPLIFIED = "flanders_simplified"
    FLANDERS_ORDINARY = "flanders_ordinary"
    FLANDERS_COMMITTEE = "flanders_committee"


TRACK_LABELS: dict[Track, LazyText] = {
    Track.BRUSSELS_PLAIN: _l("Brussels: neither the delegated official nor publicity"),
    Track.BRUSSELS_ADVISED: _l("Brussels: the delegated official or publicity"),
    Track.BRUSSELS_MIXED: _l("Brussels: the same, beside an environmental permit"),
    Track.WALLONIA_PLAIN: _l("Wallonia: no publicity and no opinion"),
    Track.WALLONIA_ADVISED: _l("Wallonia: publicity or opinions"),
    Track.WALLONIA_FULL: _l("Wallonia: publicity or opinions, and the delegated official"),
    Track.FLANDERS_SIMPLIFIED: _l("Flanders: simplified procedure"),
    Track.FLANDERS_ORDINARY: _l("Flanders: ordinary procedure"),
    Track.FLANDERS_COMMITTEE: _l("Flanders: ordinary procedure with the permit committee"),
}


class StepKind(StrEnum):
    """One thing that happened in a procedure, on a day."""

    PREPARED = "prepared"
    LODGED = "lodged"
    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    INQUIRY_OPENED = "inquiry_opened"
    INQUIRY_CLOSED = "inquiry_closed"
    OPINION_ASKED = "opinion_asked"
    OPINION_RECEIVED = "opinion_received"
    GRANTED = "granted"
    GRANTED_WITH_CONDITIONS = "granted_with_conditions"
    REFUSED = "refused"
    APPEAL_LODGED = "appeal_lodged"
    GRANTED_ON_APPEAL = "granted_on_appeal"
    REFUSED_ON_APPEAL = "refused_on_appeal"
    WITHDRAWN = "withdrawn"
    BEGUN = "begun"
    LAPSED = "lapsed"


STEP_LABELS: dict[StepKind, LazyText] = {
    StepKind.PREPARED: _l("File prepared"),
    StepKind.LODGED: _l("Request lodged"),
    StepKind.INCOMPLETE: _l("Declared incomplete"),
    StepKind.COMPLETE: _l("Declared complete"),
    StepKind.INQUIRY_OPENED: _l("Public inquiry opened"),
    StepKind.INQUIRY_CLOSED: _l("Public inquiry closed"),
    StepKind.OPINION_ASKED: _l("Opinion asked"),
    StepKind.OPINION_RECEIVED: _l("Opinion received"),
    StepKind.GRANTED: _l("Permit granted"),
    StepKind.GRANTED_WITH_CONDITIONS: _l("Permit granted with conditions"),
    StepKind.REFUSED: _l("Permit refused"),
    StepKind.APPEAL_LODGED: _l("Appeal lodged"),
    StepKind.GRANTED_ON_APPEAL: _l("Appeal decided: granted"),
    StepKind.REFUSED_ON_APPEAL: _l("Appeal decided: refused"),
    StepKind.WITHDRAWN: _l("Request withdrawn"),
    StepKind.BEGUN: _l("Works begun"),
    StepKind.LAPSED: _l("Permit lapsed"),
}


class PermitStatus(StrEnum):
    """Where a procedure stands; derived from its steps."""

    PREPARING = "preparing"
    LODGED = "lodged"
    INCOMPLETE = "incomplete"
    EXAMINED = "examined"
    GRANTED = "granted"
    REFUSED = "refused"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    BEGUN = "begun"
    LAPSED = "lapsed"


PERMIT_STATUS_LABELS: dict[PermitStatus, LazyText] = {
    PermitStatus.PREPARING: _l("In preparation"),
    PermitStatus.LODGED: _l("Lodged"),
    PermitStatus.INCOMPLETE: _l("Incomplete"),
    PermitStatus.EXAMINED: _l("Under examination"),
    PermitStatus.GRANTED: _l("Granted"),
    PermitStatus.REFUSED: _l("Refused by the authority"),
    PermitStatus.APPEALED: _l("In appeal"),
    PermitStatus.WITHDRAWN: _l("Withdrawn by us"),
    PermitStatus.BEGUN: _l("Being carried out"),
    PermitStatus.LAPSED: _l("Lapsed"),
}
PERMIT_STATUS_TONES: dict[PermitStatus, str] = {
    PermitStatus.PREPARING: "neutral",
    PermitStatus.LODGED: "info",
    PermitStatus.INCOMPLETE: "warning",
    PermitStatus.EXAMINED: "info",
    PermitStatus.GRANTED: "success",
    PermitStatus.REFUSED: "danger",
    PermitStatus.APPEALED: "warning",
    PermitStatus.WITHDRAWN: "neutral",
    PermitStatus.BEGUN: "accent",
    PermitStatus.LAPSED: "danger",
}
# The authority has to decide: the day by which it must is watched.
AWAITED = frozenset({PermitStatus.LODGED, PermitStatus.EXAMINED, PermitStatus.APPEALED})
# There is a permit, which ends by itself when nothing is done with it.
IN_FORCE = frozenset({PermitStatus.GRANTED, PermitStatus.BEGUN})


class WorkKind(StrEnum):
    """What is done to land."""

    ACCESS_ROAD = "access_road"
    DRAINAGE = "drainage"
    UTILITIES = "utilities"
    FENCING = "fencing"
    CLEARING = "clearing"
    SOIL_REMEDIATION = "soil_remediation"
    OTHER = "other"


WORK_KIND_LABELS: dict[WorkKind, LazyText] = {
    WorkKind.ACCESS_ROAD: _l("Access road"),
    WorkKind.DRAINAGE: _l("Drainage"),
    WorkKind.UTILITIES: _l("Utilities"),
    WorkKind.FENCING: _l("Fencing"),
    WorkKind.CLEARING: _l("Clearing"),
    WorkKind.SOIL_REMEDIATION: _l("Soil remediation"),
    WorkKind.OTHER: _l("Other works"),
}


class WorkStatus(StrEnum):
    """How far works are; read from their dates."""

    PLANNED = "planned"
    BEGUN = "begun"
    DONE = "done"


WORK_STATUS_LABELS: dict[WorkStatus, LazyText] = {
    WorkStatus.PLANNED: _l("Still to begin"),
    WorkStatus.BEGUN: _l("Under way"),
    WorkStatus.DONE: _l("Works done"),
}
WORK_STATUS_TONES: dict[WorkStatus, str] = {
    WorkStatus.PLANNED: "neutral",
    WorkStatus.BEGUN: "accent",
    WorkStatus.DONE: "success",
}
