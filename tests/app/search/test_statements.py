"""A statement is kept for one actor in one language, and never serves another."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, column, select, table

from app.auth.actor import Actor, Scope
from app.i18n import get_locale, use_locale
from app.ids import new_id
from app.search.statements import kept_for_readers
from tests.support.people import ActorMaker

READ = "people.person.read"
PEOPLE = table("people", column("name_fr"), column("name_nl"), column("area_id"))


def names(built: list[Actor]) -> Any:
    @kept_for_readers
    def select_names(actor: Actor) -> Select[Any]:
        built.append(actor)
        shown = PEOPLE.c.name_nl if get_locale() == "nl" else PEOPLE.c.name_fr
        return select(shown).where(PEOPLE.c.area_id.in_(actor.scope.area_ids))

    return select_names


def in_area(actor: Actor, area_id: UUID) -> Actor:
    return replace(actor, scope=Scope(area_ids=frozenset({area_id})))


def test_the_same_reader_gets_the_same_statement(actor_with: ActorMaker) -> None:
    built: list[Actor] = []
    select_names, actor = names(built), actor_with(READ)
    # Each request makes its actor anew.
    assert select_names(actor) is select_names(replace(actor))
    assert len(built) == 1


def test_another_scope_or_other_rights_get_their_own(actor_with: ActorMaker) -> None:
    built: list[Actor] = []
    select_names, actor = names(built), actor_with(READ)
    here, there = in_area(actor, new_id()), in_area(actor, new_id())
    assert select_names(here) is not select_names(there)
    select_names(replace(here, permissions=frozenset()))
    assert len(built) == 3


def test_another_language_gets_its_own(actor_with: ActorMaker) -> None:
    select_names, actor = names([]), actor_with(READ)
    with use_locale("fr"):
        french = str(select_names(actor))
    with use_locale("nl"):
        dutch = str(select_names(actor))
        assert str(select_names(actor)) == dutch
    assert "name_fr" in french
    assert "name_nl" in dutch
