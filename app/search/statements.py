"""Statements kept between searches: while somebody types, building them would cost the most."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam

from app.auth.actor import Actor
from app.i18n import get_locale

# The records a statement kept is asked for: `Lot.id.in_(IDS)`, executed with {"ids": ...}.
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_KEPT = 64  # of each kind: those of the actors who search now


def kept_for_readers(build: Callable[[Actor], Select[Any]]) -> Callable[[Actor], Select[Any]]:
    """Keep the statement made for an actor, of whom rights and scope are part, and a language.

    A statement used again also keeps its key in the cache of compiled statements. `build` may read
    nothing else that changes: values are given as parameters when it is executed.
    """

    @lru_cache(maxsize=_KEPT)
    def kept(actor: Actor, _locale: str) -> Select[Any]:
        return build(actor)

    return lambda actor: kept(actor, get_locale())
