"""The search box: exact numbers first, then words begun, then likeness, over every provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.search.changes import versions_of
from app.search.identifiers import identify
from app.search.live import LiveIndex, Snapshot
from app.search.normalise import TypedWords, typed_words
from app.search.providers import Hit, SearchProvider
from app.search.trigrams import Match, filled

SHORTEST = 2
_WHOLE = 2.0  # the score of an answer in which every word typed stands as it is
# Beside words found begun, other kinds answer with what may be meant: one letter wrong in five.
_MAY_BE_MEANT = 0.8
_LETTERS_SAY_LITTLE = 4  # so few are like almost anything
_FEWEST = 3
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
        most_kinds: int | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Group]:
        """Return the answers by kind; exact numbers win over words, and stand alone when found.

        Less than two characters find nothing. Only kinds the actor may read are asked; words give
        the `most_kinds` with the best answers, at most `limit` of each.
        """
        if len(text.strip()) < SHORTEST:
            return []
        asked = [
            p for p in self.providers if actor.can(p.permission) and (not kinds or p.kind in kinds)
        ]
        exact = self._exact(actor, session, text, asked)
        return exact or self._by_words(actor, session, text, asked, limit, most_kinds)

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
        most_kinds: int | None,
    ) -> list[Group]:
        typed, versions = typed_words(text), versions_of(session)
        spare = limit if actor.scope.everything else limit * _SPARE
        begun: list[tuple[SearchProvider, Snapshot, list[Match[UUID]]]] = []
        for provider in asked:
            snapshot = self._indexes[provider.kind].at(session, versions.get(provider.kind, 0))
            begun.append((provider, snapshot, snapshot.begun(typed, spare)))
        # The best kinds first, so that no more are read from the database than are shown.
        begun.sort(key=lambda one: -one[2][0].score if one[2] else 0)
        if most_kinds is not None:
            share = _share(limit, min(most_kinds, sum(1 for one in begun if one[2])))
            limit, spare = share, spare * share // limit
        ranked: list[tuple[float, Group]] = []
        for provider, snapshot, found in begun:
            if found and (most_kinds is None or len(ranked) < most_kinds):
                matches = filled(found, snapshot, typed, spare)
                ranked += _ranked(provider, actor, session, matches, limit)
        # What is only alike comes after what is begun: where there is room for it.
        if (most_kinds is None or len(ranked) < most_kinds) and not _is_enough(ranked, typed):
            least = _MAY_BE_MEANT if ranked else 0
            for provider, snapshot, found in begun:
                if not found:
                    alike = [m for m in snapshot.alike(typed, spare) if m.score >= least]
                    ranked += _ranked(provider, actor, session, alike, limit)
        ranked.sort(key=lambda pair: -pair[0])
        return [group for _best, group in ranked[:most_kinds]]


def _share(limit: int, kinds: int) -> int:
    """Return how many answers of each kind are shown where several share one panel."""
    return max(_FEWEST, 2 * limit // kinds) if kinds > 2 else limit


def _is_enough(ranked: Sequence[tuple[float, Group]], typed: TypedWords) -> bool:
    """Tell whether kinds of which nothing is more than alike would be in the way.

    Beside somebody called just so, a street that sounds like it is; so it is while somebody has
    typed a few letters only.
    """
    if not ranked:
        return False
    letters = sum(len(word) for word in typed.all)
    return letters <= _LETTERS_SAY_LITTLE or max(best for best, _group in ranked) >= _WHOLE


def _ranked(
    provider: SearchProvider,
    actor: Actor,
    session: Session,
    matches: Sequence[Match[UUID]],
    limit: int,
) -> list[tuple[float, Group]]:
    """Return what the actor may see of some matches as one group with its best score, or none."""
    if not matches:
        return []
    found = {hit.id: hit for hit in provider.hits(actor, session, [m.key for m in matches])}
    seen = [match for match in matches if match.key in found]
    if not seen:
        return []
    seen.sort(key=lambda match: (-match.score, found[match.key].gives_way))
    return [(seen[0].score, _group(provider, [found[m.key] for m in seen[:limit]]))]


def _group(provider: SearchProvider, hits: Iterable[Hit], *, is_exact: bool = False) -> Group:
    return Group(provider.kind, str(provider.label), provider.icon, tuple(hits), is_exact)
