"""Households, contacts and guardians as a list: in, changed, out and in again, taken back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.auth.actor import Scope, system_actor
from app.auth.roles import Role
from app.errors import Conflict
from app.i18n.texts import use_locale
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.parties.enums import PartyKind, Relation
from modules.parties.importers.relations import RELATIONS
from modules.parties.models import PartyRelation
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import list_relations
from modules.parties.services import end_relation
from tests.factories.parties import house, make_party
from tests.factories.portfolio import make_building, make_lot

OFFICE = system_actor("Office")
HEADER = "Party;Person;Relation;From;Until;May be contacted"


@pytest.fixture
def people(database, clock):
    """A household and two people."""
    with database.unit_of_work() as uow:
        household = make_party(uow, clock, "Peeters", "", kind=PartyKind.HOUSEHOLD)
        return [household, *(make_party(uow, clock, name) for name in ("An", "Bob"))]


@pytest.fixture
def take(database, clock, tmp_path):
    """Import lines, or only check them."""

    def run(*lines, work=import_file, actor=OFFICE):
        path = tmp_path / "who.csv"
        path.write_text("\n".join((HEADER, *lines)), encoding="utf-8")
        source = ImportFile(path, path.name, RELATIONS, RELATIONS.formats)
        return work(actor, source, database, clock)

    return run


def counts(report):
    return {outcome.value: count for outcome, count in report.tally.counts.items() if count}


def stored(database):
    with database.reader() as session:
        query = select(PartyRelation).order_by(PartyRelation.starts_on)
        return [
            (row.relation.value, str(row.starts_on), str(row.ends_on or ""), row.may_be_contacted)
            for row in session.scalars(query)
        ]


def test_relations_come_in_change_and_go_out_unchanged(database, clock, people, take, tmp_path):
    home, ann, bob = (person.reference for person in people)
    lines = (f"{home};{ann};head;01/09/2020;;yes", f"{home};{bob};child;01/09/2021;;")
    first = take(*lines)
    assert counts(first) == {"new": 2}
    path = tmp_path / "out.xlsx"
    with database.reader() as session:
        kept = RELATIONS.records(OFFICE, session)
        write_file(export_file(RELATIONS.columns, kept, FileFormat.XLSX, title="x"), path)
    again = ImportFile(path, path.name, RELATIONS, RELATIONS.formats)
    assert counts(import_file(OFFICE, again, database, clock)) == {"unchanged": 2}
    second = take(f"{home};{bob};child;01/09/2021;01/09/2027;yes")
    assert counts(second) == {"changed": 1}
    assert stored(database)[1] == ("child", "2021-09-01", "2027-09-01", True)
    with database.reader() as session:
        for day, names in (("2027-08-31", ["An", "Bob"]), ("2027-09-01", ["An"])):
            found = list_relations(session, people[0].id, date.fromisoformat(day))
            assert [other.name for _relation, other, _is_person in found] == names
    with database.unit_of_work() as uow:
        undo_batch(OFFICE, UUID(second.batch_id), {RELATIONS.name: RELATIONS}, uow, clock)
    assert stored(database) == [
        ("head", "2020-09-01", "", True),
        ("child", "2021-09-01", "", False),
    ]


def test_what_was_made_is_taken_back_unless_somebody_ended_it(database, clock, people, take):
    home, ann, _bob = (person.reference for person in people)
    report = take(f"{home};{ann};head;01/09/2020;;")
    by_name = {RELATIONS.name: RELATIONS}
    with database.unit_of_work() as uow:
        undo_batch(OFFICE, UUID(report.batch_id), by_name, uow, clock)
    assert stored(database) == []
    report = take(f"{home};{ann};head;01/09/2020;;")
    clock.advance(timedelta(days=1))
    with database.unit_of_work() as uow:
        relation = uow.session.scalars(select(PartyRelation)).one()
        end_relation(OFFICE, relation.id, uow, clock)
    with pytest.raises(Conflict, match=home), database.unit_of_work() as uow:
        undo_batch(OFFICE, UUID(report.batch_id), by_name, uow, clock)


def test_what_is_wrong_is_told_by_row_before_anything_is_written(database, people, take):
    home, ann, bob = (person.reference for person in people)
    lines = (
        f"{home};P-none;head;01/09/2020;;",
        f"P-none;{ann};head;01/09/2020;;",
        f"{ann};{home};contact;01/09/2020;;",
        f"{ann};{ann};contact;01/09/2020;;",
        f"{home};{bob};child;01/09/2020;31/08/2020;",
        f"{home};{bob};child;01/09/2020;;",
    )
    report = take(*lines, work=check_file)
    assert [(p.row, p.code, p.field) for p in report.errors] == [
        (2, "not_found", "person"),
        (3, "not_found", "party"),
        (4, "not_possible", "person"),
        (5, "not_possible", "person"),
        (6, "not_possible", "ends_on"),
    ]
    assert report.errors[-1].value == "31/08/2020"
    assert counts(report) == {"new": 1, "refused": 5}
    assert stored(database) == []


def test_whoever_lives_elsewhere_is_as_absent(database, clock, people, take, actor_with):
    home, ann, bob = (person.reference for person in people)
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        house(uow, clock, people[0], lot.id)
    take(f"{home};{ann};head;01/09/2020;;", f"{ann};{bob};contact;01/09/2020;;")
    scope = Scope(building_ids=frozenset({lot.building_id}))
    actor = actor_with(*PartyPermission, *HousePermission, scope=scope)
    report = take(f"{ann};{bob};guardian;01/09/2020;;", work=check_file, actor=actor)
    assert [(p.code, p.field) for p in report.errors] == [("not_found", "person")]
    with database.reader() as session:
        kept = list(RELATIONS.records(actor, session))
    assert [(row["party"], row["person"]) for row in kept] == [(home, ann)]


def test_the_list_is_offered_where_files_go_in_and_out(client, login, people, take):
    home, ann, _bob = (person.reference for person in people)
    take(f"{home};{ann};head;01/09/2020;;yes")
    login(client, Role.ADMINISTRATOR, locale="en")
    assert "/imports/exports/relations/csv" in client.get("/imports").text
    sent = client.get("/imports/exports/relations/csv").get_data(as_text=True)
    assert ann in sent
    assert "Head of the household" in sent


def test_a_second_head_of_a_household_is_refused_with_words(people, take):
    home, ann, bob = (person.reference for person in people)
    lines = (
        f"{home};{ann};head;01/09/2020;01/09/2023;",
        f"{home};{bob};head;01/06/2023;;",
        f"{home};{bob};head;01/09/2023;;",
        f"{home};{ann};head;01/01/2025;;",
    )
    with use_locale("en"):
        told = take(*lines, work=check_file)
        assert [(p.row, p.field, p.value) for p in told.errors] == [
            (3, "starts_on", "01/06/2023"),
            (5, "starts_on", "01/01/2025"),
        ]
        assert "already has a head" in told.errors[0].message
    done = take(*lines)
    assert counts(done) == counts(told) == {"new": 2, "refused": 2}


def test_heads_far_apart_in_a_file_are_compared(database, clock, people, take):
    home, ann, bob = (person.reference for person in people)
    with database.unit_of_work() as uow:
        others = [make_party(uow, clock, f"O{number}").reference for number in range(510)]
    filler = [f"{home};{other};child;01/09/2020;;" for other in others]
    lines = (f"{home};{ann};head;01/09/2020;;", *filler, f"{home};{bob};head;01/09/2021;;")
    told = take(*lines, work=check_file)
    assert [p.row for p in told.errors] == [513]
    assert counts(take(*lines)) == counts(told)
    # One file closes the first and names the second, in this order.
    lines = (
        f"{home};{ann};head;01/09/2020;01/09/2021;",
        *filler,
        f"{home};{bob};head;01/09/2021;;",
    )
    told = take(*lines, work=check_file)
    assert counts(take(*lines)) == counts(told) == {"new": 1, "changed": 1, "unchanged": 510}


def test_two_heads_written_by_an_earlier_release_go_out_and_in_unchanged(
    database, clock, people, take
):
    home, ann, bob = people
    day = date(2020, 9, 1)
    with database.unit_of_work() as uow:
        for person in (ann, bob):
            uow.session.add(
                PartyRelation(
                    party_id=home.id, person_id=person.id, relation=Relation.HEAD, starts_on=day
                )
            )
    lines = [f"{home.reference};{one.reference};head;01/09/2020;;no" for one in (ann, bob)]
    assert counts(take(*lines)) == {"unchanged": 2}
