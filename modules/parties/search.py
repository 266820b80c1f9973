"""How people are found in the one search box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.db.codes import has_code
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.phones import show_phone
from app.search.identifiers import Identifier, IdentifierKind
from app.search.providers import Hit
from app.search.statements import IDS, kept_for_readers
from modules.parties.enums import PARTY_KIND_LABELS, PartyKind
from modules.parties.models import Occupancy, Party, PartyPhone
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import ends_with, has_email, select_bare_parties, select_parties
from modules.parties.queries.people import open_homes

MOST = 20


@kept_for_readers
def _parties(actor: Actor) -> Select[Any]:
    housed = select(Occupancy.id).where(Occupancy.party_id == Party.id, Occupancy.ends_on.is_(None))
    some = select_bare_parties(actor).where(Party.id.in_(IDS))
    return some.options(joinedload(Party.phones)).add_columns(housed.exists())


class PartyProvider:
    """People by telephone in any form, last digits, e-mail, reference and name."""

    kind = "party"
    label: LazyText = _l("People and organisations")
    permission: str = PartyPermission.READ
    icon = "user"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the parties with a number, of an e-mail that begins so, or of a reference."""
        phones = [i.value for i in identifiers if i.kind is IdentifierKind.PHONE]
        endings = [i.value for i in identifiers if i.kind is IdentifierKind.LAST_DIGITS]
        emails = [i.value for i in identifiers if i.kind is IdentifierKind.EMAIL]
        codes = [i.value for i in identifiers if i.kind is IdentifierKind.CODE]
        numbers: list[ColumnElement[bool]] = [
            PartyPhone.e164.in_([f"+{phone}" for phone in phones])
        ]
        # Four digits alone are more often a house number; people dial more from memory.
        numbers += [ends_with(e) for e in endings if len(e) > len("1234")]
        owners = select(PartyPhone.party_id).where(or_(*numbers))
        mailed = (has_email(email) for email in emails)
        found = or_(has_code(Party.reference, codes), Party.id.in_(owners), *mailed)
        query = select_parties(actor).where(found)
        parties = session.scalars(query.limit(MOST)).all()
        homes = open_homes(actor, session, [party.id for party in parties])
        return [self._hit(party, homes) for party in parties]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of the living parties."""
        statement = select(Party.id, Party.search_text).where(
            Party.archived_at.is_(None), Party.merged_into_id.is_(None)
        )
        if ids is not None:
            statement = statement.where(Party.id.in_(ids))
        return [(party_id, text) for party_id, text in session.execute(statement)]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for parties the actor may see; whoever lives somewhere comes first.

        A household that is in no lot itself says less than the people in it, who are.
        """
        found = session.execute(_parties(actor), {"ids": ids}).unique().all()
        homes = open_homes(actor, session, [party.id for party, is_housed in found if is_housed])
        return [
            self._hit(party, homes, gives_way=party.kind is PartyKind.HOUSEHOLD and not is_housed)
            for party, is_housed in found
        ]

    @staticmethod
    def _hit(party: Party, homes: Mapping[UUID, str], *, gives_way: bool = False) -> Hit:
        numbers = ", ".join(show_phone(phone.e164) for phone in party.phones[:2])
        kind = str(PARTY_KIND_LABELS[party.kind])
        return Hit(
            id=party.id,
            title=party.full_name,
            detail=f"{kind} · {numbers}" if numbers else kind,
            endpoint="parties.party_detail",
            params={"party_id": str(party.id)},
            badge=party.language.value.upper() if party.language.value != "unknown" else "",
            gives_way=gives_way,
            place=homes.get(party.id, ""),
        )
