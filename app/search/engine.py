"""The search box: exact numbers first, then words begun, then likeness, over every provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.search.changes import versions_of
from app.search.identifiers import identify
from app.search.live import LiveIndex
from app.search.normalise import typed_words
from app.search.providers import Hit, SearchProvider

SHORTEST = 2
# Every word typed stands in an answer, begun; and whole.
_BEGUN, _WHOLE = 1.0, 2.0
_SPARE = 4  # answers outside the actor's scope drop out afterwards


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of one provider, best first; `is_exact` when a number led to them."""

    kind: str
    label: str
    icon: str
    hits: tuple[Hit, ...]
    is_exact: bool = False


class SearchEngine:
    """All providers with their indexes; one a worker, made at start-up, filled at first use."""

    def __init__(self, providers: Iterable[SearchProvider]) -> None:
        """Take the providers in the order in which their answers are shown."""
        self.providers = tuple(providers)
        self._indexes = {p.kind: LiveIndex(p.kind, p.documents) for p in self.providers}

    def search(
        self,
        actor: Actor,
        session: Session,
        text: str,
        *,
        limit: int = 8,
        kinds: Sequence[str] = (),
    ) -> list[Group]:
        """Return the answers by kind; exact numbers win over words, and stand alone when found.

        Less than two characters find nothing. Only kinds the actor may read are asked.
        """
        if len(text.strip()) < SHORTEST:
            return []
        asked = [
            p for p in self.providers if actor.can(p.permission) and (not kinds or p.kind in kinds)
        ]
        exact = self._exact(actor, session, text, asked)
        return exact or self._by_words(actor, session, text, asked, limit)

    def _exact(
        self, actor: Actor, session: Session, text: str, asked: Sequence[SearchProvider]
    ) -> list[Group]:
        identifiers = identify(text)
        if not identifiers:
            return []
        groups = (
            _group(provider, provider.exact(actor, session, identifiers), is_exact=True)
            for provider in asked
        )
        return [group for group in groups if group.hits]

    def _by_words(
        self,
        actor: Actor,
        session: Session,
        text: str,
        asked: Sequence[SearchProvider],
        limit: int,
    ) -> list[Group]:
        typed, versions = typed_words(text), versions_of(session)
        ranked: list[tuple[float, Group]] = []
        for provider in asked:
            spare = limit if actor.scope.everything else limit * _SPARE
            version = versions.get(provider.kind, 0)
            matches = self._indexes[provider.kind].search(session, typed, spare, version)
            if not matches:
                continue
            found = {hit.id: hit for hit in provider.hits(actor, session, [m.key for m in matches])}
            seen = [match for match in matches if match.key in found]
            seen.sort(key=lambda match: (-match.score, found[match.key].gives_way))
            hits = [found[match.key] for match in seen]
            if hits:
                best = seen[0].score
                ranked.append((best, _group(provider, hits[:limit])))
        ranked.sort(key=lambda pair: -pair[0])
        # Beside somebody called just so, a street that sounds like it is in the way.
        least = _BEGUN if ranked and ranked[0][0] >= _WHOLE else 0
        return [group for best, group in ranked if best >= least]


def _group(provider: SearchProvider, hits: Iterable[Hit], *, is_exact: bool = False) -> Group:
    return Group(provider.kind, str(provider.label), provider.icon, tuple(hits), is_exact)
