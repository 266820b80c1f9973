"""What a document is in the work of the office: said by who files it, else by what the file is."""

from enum import StrEnum

from app.i18n import LazyText
from app.i18n import lazy as _l


class DocumentKind(StrEnum):
    """What people look for among the documents of a place, a person or an order."""

    DEED = "deed"
    PLAN = "plan"
    PERMIT = "permit"
    CERTIFICATE = "certificate"
    INSPECTION = "inspection"
    LEASE = "lease"
    INVENTORY = "inventory"
    PHOTO = "photo"
    LETTER = "letter"
    OTHER = "other"


DOCUMENT_KIND_LABELS: dict[DocumentKind, LazyText] = {
    DocumentKind.DEED: _l("Deed"),
    DocumentKind.PLAN: _l("Plan"),
    DocumentKind.PERMIT: _l("Permit"),
    DocumentKind.CERTIFICATE: _l("Certificate or attestation"),
    DocumentKind.INSPECTION: _l("Inspection report"),
    DocumentKind.LEASE: _l("Lease"),
    DocumentKind.INVENTORY: _l("Inventory of fixtures"),
    DocumentKind.PHOTO: _l("Photo"),
    DocumentKind.LETTER: _l("Letter"),
    DocumentKind.OTHER: _l("Other document"),
}


def usual_kind(media_type: str) -> DocumentKind:
    """Return what a file is when nobody said it: a picture is a photo, the rest is not known."""
    return DocumentKind.PHOTO if media_type.startswith("image/") else DocumentKind.OTHER


def read_kind(text: str) -> DocumentKind | None:
    """Read the kind a form or an address names; a word that is none says nothing."""
    return DocumentKind(text) if text in set(DocumentKind) else None
