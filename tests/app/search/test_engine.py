"""One box: numbers lead straight to their record, words are found, changes are seen at once."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db import Database, UnitOfWork
from app.i18n import lazy as _l
from app.ids import new_id
from app.search.changes import KEPT_VERSIONS, changes_since, touch_documents, version_of
from app.search.engine import SearchEngine
from app.search.identifiers import Identifier, IdentifierKind, identify
from app.search.normalise import index_text
from app.search.providers import Hit
from tests.support.people import ActorMaker

READ = "people.person.read"


class People:
    """A provider over a dictionary, with one person the actor must not see."""

    kind = "person"
    label = _l("People")
    permission = READ
    icon = "user"

    def __init__(self) -> None:
        self.rows: dict[UUID, str] = {}
        self.hidden: set[UUID] = set()
        self.phones: dict[str, UUID] = {}
        self.reads: list[int] = []
        self.asked = 0

    def add(self, name: str, phone: str = "") -> UUID:
        key = new_id()
        self.rows[key] = name
        self.phones[phone] = key
        return key

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        wanted = [i.value for i in identifiers if i.kind is IdentifierKind.PHONE]
        return self.hits(actor, session, [self.phones[p] for p in wanted if p in self.phones])

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> list[tuple[UUID, str]]:
        asked = list(self.rows) if ids is None else [key for key in ids if key in self.rows]
        self.reads.append(len(asked))
        return [(key, index_text(self.rows[key])) for key in asked]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> list[Hit]:
        self.asked += 1
        return [Hit(key, self.rows[key]) for key in ids if key not in self.hidden]


@pytest.fixture
def people() -> People:
    made = People()
    made.add("Jan Peeters", "3221234567")
    made.add("Ayşe Çelik")
    return made


def titles(
    engine: SearchEngine, actor: Actor, database: Database, text: str, **options: object
) -> list[str]:
    with database.reader() as session:
        groups = engine.search(actor, session, text, **options)  # type: ignore[arg-type]
    return [hit.title for group in groups for hit in group.hits]


def test_a_phone_in_any_format_leads_to_its_owner(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    engine = SearchEngine([people])
    for written in ("02/123.45.67", "+32 2 123 45 67", "0032 2 1234567"):
        assert titles(engine, actor_with(READ), database, written) == ["Jan Peeters"]


def test_names_are_found_without_accents_and_with_a_typo(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    engine = SearchEngine([people])
    assert titles(engine, actor_with(READ), database, "ayse cel") == ["Ayşe Çelik"]
    assert titles(engine, actor_with(READ), database, "petters") == ["Jan Peeters"]


def test_a_kind_that_only_sounds_alike_is_silent_beside_words_found_whole(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    streets = People()
    streets.kind = "street"
    for name in ("Pieterslaan 1", "Janssensstraat 2"):
        streets.add(name)
    people.add("Luc Janssens")
    engine = SearchEngine([people, streets])
    actor = actor_with(READ)
    assert titles(engine, actor, database, "pieters") == ["Pieterslaan 1", "Jan Peeters"]
    assert titles(engine, actor, database, "peeters") == ["Jan Peeters"]
    assert titles(engine, actor, database, "janssens") == ["Luc Janssens", "Janssensstraat 2"]


def test_beside_words_begun_another_kind_answers_only_with_what_may_be_meant(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    streets = People()
    streets.kind = "street"
    streets.add("Boulevard Anspach 1")
    people.add("Marc Boulanger")
    engine = SearchEngine([people, streets])
    actor = actor_with(READ)
    assert titles(engine, actor, database, "boulang") == ["Marc Boulanger"]
    assert titles(engine, actor, database, "boulavard")[0] == "Boulevard Anspach 1"


def test_a_few_letters_find_what_begins_so_and_else_what_is_alike(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    streets = People()
    streets.kind = "street"
    streets.add("Jette 5")
    engine = SearchEngine([people, streets])
    actor = actor_with(READ)
    assert titles(engine, actor, database, "jet") == ["Jette 5"]
    assert titles(engine, actor, database, "jat") == ["Jan Peeters"]


@pytest.mark.parametrize(("kinds", "of_each"), [(1, 5), (2, 5), (3, 3), (4, 3), (6, 3)])
def test_a_panel_of_suggestions_is_shared_among_the_kinds(
    database: Database, actor_with: ActorMaker, kinds: int, of_each: int
) -> None:
    providers = [People() for _ in range(kinds)]
    for number, provider in enumerate(providers):
        provider.kind = f"kind {number}"
        for first in ("Jan", "Lien", "Mo", "Ann", "Piet", "Els"):
            provider.add(f"{first} Peeters")
    found = titles(
        SearchEngine(providers), actor_with(READ), database, "peet", limit=5, most_kinds=4
    )
    assert len(found) == min(kinds, 4) * of_each


def test_what_is_only_alike_fills_a_panel_that_has_room(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    streets = People()
    streets.kind = "street"
    streets.add("Peeterslaan 1")
    towns = People()
    towns.kind = "town"
    towns.add("Peter")
    engine = SearchEngine([people, streets, towns])
    actor = actor_with(READ)
    begun = ["Jan Peeters", "Peeterslaan 1"]
    assert sorted(titles(engine, actor, database, "peeter", most_kinds=2)) == begun
    assert sorted(titles(engine, actor, database, "peeter", most_kinds=3)) == [*begun, "Peter"]


def test_what_is_outside_the_scope_is_as_absent(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    people.hidden = set(people.rows)
    engine = SearchEngine([people])
    assert titles(engine, actor_with(READ), database, "peeters") == []
    assert titles(engine, actor_with(READ), database, "02 123 45 67") == []


def test_a_kind_the_actor_may_not_read_is_not_even_asked(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    assert titles(SearchEngine([people]), actor_with(), database, "peeters") == []
    assert people.reads == []


def test_one_letter_finds_nothing_and_kinds_can_be_chosen(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    engine = SearchEngine([people])
    assert titles(engine, actor_with(READ), database, "p") == []
    assert titles(engine, actor_with(READ), database, "peeters", kinds=["lot"]) == []


def test_a_change_is_seen_by_every_worker_and_only_the_change_is_read(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    workers = [SearchEngine([people]), SearchEngine([people])]
    actor = actor_with(READ)
    for worker in workers:
        assert titles(worker, actor, database, "vandamme") == []
    added = people.add("Lien Vandamme")
    changed = next(iter(people.rows))
    people.rows[changed] = "Jan Verlinden"
    with database.unit_of_work() as uow:
        touch_documents(uow.session, "person", [added, changed])
    people.reads.clear()
    for worker in workers:
        assert titles(worker, actor, database, "vandamme") == ["Lien Vandamme"]
        assert titles(worker, actor, database, "verlinden") == ["Jan Verlinden"]
        assert titles(worker, actor, database, "jan peeters ") == []
    assert people.reads == [2, 2]


def test_a_removed_record_is_found_no_more(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    engine = SearchEngine([people])
    actor = actor_with(READ)
    gone = next(iter(people.rows))
    assert titles(engine, actor, database, "peeters") == ["Jan Peeters"]
    del people.rows[gone]
    with database.unit_of_work() as uow:
        touch_documents(uow.session, "person", [gone])
    assert titles(engine, actor, database, "peeters") == []


def test_a_bulk_load_makes_workers_read_everything_again(
    people: People, database: Database, actor_with: ActorMaker
) -> None:
    engine = SearchEngine([people])
    actor = actor_with(READ)
    titles(engine, actor, database, "peeters")
    people.add("Noor Claes")
    with database.unit_of_work() as uow:
        touch_documents(uow.session, "person")
    people.reads.clear()
    assert titles(engine, actor, database, "claes") == ["Noor Claes"]
    assert people.reads == [3]


def test_a_rolled_back_change_is_no_change(database: Database, uow: UnitOfWork) -> None:
    touch_documents(uow.session, "person", [new_id()])
    uow.session.rollback()
    with database.reader() as session:
        assert version_of(session, "person") == 0


def test_whoever_was_away_too_long_reads_everything(database: Database) -> None:
    with database.unit_of_work() as uow:
        for _ in range(KEPT_VERSIONS + 50):
            touch_documents(uow.session, "person", [new_id()])
    with database.reader() as session:
        assert changes_since(session, "person", 1).everything
        recent = changes_since(session, "person", KEPT_VERSIONS)
        assert not recent.everything
        assert len(recent.document_ids) == 50


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("TK-2026-000123", IdentifierKind.NUMBER, "TK-2026-000123"),
        ("tk 2026 123", IdentifierKind.NUMBER, "TK-2026-000123"),
        ("wo2026-45", IdentifierKind.NUMBER, "WO-2026-000045"),
        ("541448912345678906", IdentifierKind.EAN, "541448912345678906"),
        ("5414 4891 2345 6789 06", IdentifierKind.EAN, "541448912345678906"),
        ("+32 470 12 34 56", IdentifierKind.PHONE, "32470123456"),
        ("4567", IdentifierKind.LAST_DIGITS, "7654"),
        (" An.Peeters@Example.be ", IdentifierKind.EMAIL, "an.peeters@example.be"),
        ("an.peeters@", IdentifierKind.EMAIL, "an.peeters@"),
        ("bld-0042", IdentifierKind.CODE, "BLD-0042"),
        ("LOT 000123", IdentifierKind.CODE, "LOT-000123"),
        ("lot-1", IdentifierKind.CODE, "LOT-000001"),
        ("bld 23", IdentifierKind.CODE, "BLD-0023"),
        ("bld 00023", IdentifierKind.CODE, "BLD-0023"),
        ("2025-000002", IdentifierKind.YEAR_NUMBER, "2025-000002"),
        ("2025-2", IdentifierKind.YEAR_NUMBER, "2025-000002"),
    ],
)
def test_numbers_are_recognised(typed: str, kind: IdentifierKind, value: str) -> None:
    assert Identifier(kind, value) in identify(typed)


def test_a_name_is_no_number() -> None:
    assert identify("Jan Peeters") == []
    assert identify("rue haute 12") == []
    assert identify("@") == []


def test_only_the_kinds_with_the_best_answers_are_read(
    database: Database, actor_with: ActorMaker
) -> None:
    some = [People() for _ in range(4)]
    names = ("Jan", "Van den Jansen", "Jan", "Jansen")
    for number, (kind, name) in enumerate(zip(some, names, strict=True)):
        kind.kind = f"kind{number}"
        kind.add(name)
    some[0].hidden = set(some[0].rows)
    found = titles(SearchEngine(some), actor_with(READ), database, "jan", most_kinds=2)
    assert found == ["Jan", "Jansen"]
    assert [kind.asked for kind in some] == [1, 0, 1, 1]
