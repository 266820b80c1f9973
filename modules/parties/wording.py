"""Words for why two parties look alike, and for what an undone merge left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from app.db import Base, say_plural
from app.i18n import LazyText
from app.i18n import gettext as _
from app.i18n import lazy as _l

REASON_LABELS: dict[str, LazyText] = {
    "same_name": _l("same name"),
    "similar_name": _l("similar name"),
    "same_birth_date": _l("same birth date"),
    "same_phone": _l("same telephone"),
    "same_email": _l("same e-mail"),
    "same_lot": _l("same lot"),
}


def reason_label(reason: str) -> str:
    """Return the words for a reason of likeness."""
    return str(REASON_LABELS.get(reason, reason))


def reasons_said(reasons: Iterable[str]) -> str:
    """Say why two parties look alike, on one line."""
    return ", ".join(map(reason_label, reasons))


def undone_words(left: Mapping[str, int]) -> str:
    """Say that a merge was undone, and what stayed because somebody changed or removed it since."""
    if not left:
        return _("The merge was undone.")
    tables = Base.metadata.tables
    counts = (f"{say_plural(tables[name])} ({count})" for name, count in sorted(left.items()))
    return _(
        "The merge was undone, except for what was changed or removed since: %(what)s. Look at "
        "both sheets.",
        what=", ".join(counts),
    )


def merged_words(stepped: Iterable[Mapping[str, str]], names: Mapping[UUID, str]) -> str:
    """Say that two parties were merged, and of two heads of a household who stays head."""
    said = [_("Merged. It can be undone on this page.")]
    for one in stepped:
        head, member = (names.get(UUID(one[key]), "") for key in ("head_id", "person_id"))
        said.append(
            _(
                "%(head)s stays head of the household, %(member)s becomes another member.",
                head=head,
                member=member,
            )
        )
    return " ".join(said)
