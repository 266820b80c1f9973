"""Kinds of parties, languages, channels and roles: stable keys and labels."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class PartyKind(StrEnum):
    """A person, people who live together, or a body."""

    PERSON = "person"
    HOUSEHOLD = "household"
    ORGANISATION = "organisation"


PARTY_KIND_LABELS: dict[PartyKind, LazyText] = {
    PartyKind.PERSON: _l("Person"),
    PartyKind.HOUSEHOLD: _l("Household"),
    PartyKind.ORGANISATION: _l("Organisation"),
}


class Language(StrEnum):
    """The language a person chose; unknown means that letters go out in both."""

    FRENCH = "fr"
    DUTCH = "nl"
    UNKNOWN = "unknown"


LANGUAGE_LABELS: dict[Language, LazyText] = {
    Language.FRENCH: _l("French"),
    Language.DUTCH: _l("Dutch"),
    Language.UNKNOWN: _l("Language unknown"),
}


def locales_of(language: Language) -> tuple[str, ...]:
    """Return the languages to write in: both when the language is unknown."""
    return ("fr", "nl") if language is Language.UNKNOWN else (language.value,)


class Channel(StrEnum):
    """A way to reach a party."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    POST = "post"


CHANNEL_LABELS: dict[Channel, LazyText] = {
    Channel.PHONE: _l("Telephone"),
    Channel.SMS: _l("Text message"),
    Channel.EMAIL: _l("E-mail"),
    Channel.POST: _l("Post"),
}


class PhoneKind(StrEnum):
    """Where a number rings."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    WORK = "work"
    OTHER = "other"


PHONE_KIND_LABELS: dict[PhoneKind, LazyText] = {
    PhoneKind.MOBILE: _l("Mobile"),
    PhoneKind.LANDLINE: _l("Landline"),
    PhoneKind.WORK: _l("Work"),
    PhoneKind.OTHER: _l("Other number"),
}


class Relation(StrEnum):
    """What a person is to a household, or to the party whose contact he or she is."""

    HEAD = "head"
    PARTNER = "partner"
    CHILD = "child"
    PARENT = "parent"
    OTHER_MEMBER = "other_member"
    CONTACT = "contact"
    GUARDIAN = "guardian"
    SOCIAL_WORKER = "social_worker"


RELATION_LABELS: dict[Relation, LazyText] = {
    Relation.HEAD: _l("Head of the household"),
    Relation.PARTNER: _l("Partner"),
    Relation.CHILD: _l("Child"),
    Relation.PARENT: _l("Parent"),
    Relation.OTHER_MEMBER: _l("Other member"),
    Relation.CONTACT: _l("Contact person"),
    Relation.GUARDIAN: _l("Guardian or administrator"),
    Relation.SOCIAL_WORKER: _l("Social worker"),
}


class OccupancyRole(StrEnum):
    """By what title a party is in a lot."""

    TENANT = "tenant"
    OCCUPANT = "occupant"
    RESIDENT = "resident"
    USER = "user"


OCCUPANCY_ROLE_LABELS: dict[OccupancyRole, LazyText] = {
    OccupancyRole.TENANT: _l("Tenant"),
    OccupancyRole.OCCUPANT: _l("Occupant"),
    OccupancyRole.RESIDENT: _l("Care-home resident"),
    OccupancyRole.USER: _l("User"),
}


class DuplicateState(StrEnum):
    """What was decided about two parties that look alike."""

    OPEN = "open"
    DISMISSED = "dismissed"
    MERGED = "merged"
