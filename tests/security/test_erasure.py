"""Somebody stands in every text of every table and in every file: once erased, nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, Column, LargeBinary, String, Table, Text, select, update

from app.auth.roles import Role
from app.clock import FixedClock
from app.db import Base, Database, Translated
from app.files.intake import take_in
from app.files.models import Attachment
from app.files.store import LocalFileStore
from app.registry import find_modules
from app.settings import Settings
from app.subjects import Confidentiality
from app.web.context import house
from modules.parties.models import Party
from tests.factories.parties import make_party
from tests.support.every_table import fill_every_table

NAME, MAIL, PHONE = "Zénobie Canarisse", "zenobie@example.be", "+32470999888"
SAID = f"{NAME}, {MAIL}, {PHONE}"
# No room for a name, nor for a word that would betray anybody.
SHORTEST = len(SAID)


# Where nobody of the public is named, and why.
COLLEAGUES = {
    "actor_name", "author_name", "changed_by_name", "created_by_name", "declared_by",
    "opened_by_name", "requested_by_name", "taken_back_by_name", "undone_by_name", "owner",
    "api_tokens.name", "technicians.name", "users.display_name", "users.password_hash",
}  # fmt: skip
PLACES = {
    "addresses.commune_fr", "addresses.commune_nl", "addresses.street_fr", "addresses.street_nl",
    "areas.name", "boundaries.name_fr", "boundaries.name_nl", "buildings.name", "departments.name",
    "floors.name", "installations.name", "land_parcels.commune", "land_parcels.crop",
    "land_parcels.farm_region", "rooms.name", "sites.name", "geojson",
    # Made of names and codes of places.
    "buildings.search_text", "land_parcels.search_text", "lots.search_text",
}  # fmt: skip
RULES_OF_THE_OFFICE = {
    "checklist_versions.points", "closing_days.name", "office_weeks.hours", "organisations.address",
    "organisations.email", "organisations.name", "organisations.privacy_contact", "source",
    "ticket_rules.facts",
}  # fmt: skip
KEYS_AND_CODES = {
    "access_codes.code", "api_tokens.permissions", "attachments.media_type", "audit_entries.action",
    "buildings.heritage_ref", "buildings.heritage_url",
    "category_key", "device_id", "energy_ingest_batches.file_hash", "energy_meters.serial",
    "energy_supply_points.operator", "external_ref", "import_profiles.formats", "importer",
    "import_profiles.mapping", "job_runs.limited_to", "job_runs.name", "key", "profile_name",
    "list_name", "outbox_mails.enclosure", "request_id",
    "sign_in_attempts.address", "tickets.safety", "user_sessions.address", "fingerprint",
    "sha256", "large_sha256", "thumbnail_sha256", "file_sha256", "user_sessions.token_hash",
    "user_sessions.user_agent", "idempotent_calls.headers", "sign_in_attempts.device",
}  # fmt: skip
# Made of readings and meters, never typed.
FIGURES = {"energy_alerts.evidence", "energy_alerts.sentence", "tickets.alert"}
# Of others: their own names and addresses. Of the person these are looked for, not planted.
OTHERS = {
    "outbox_mails.to_address", "parties.first_name", "parties.name", "parties.search_text",
    "parties.sort_name",
}  # fmt: skip
NOBODY_NAMED = OTHERS | COLLEAGUES | PLACES | RULES_OF_THE_OFFICE | KEYS_AND_CODES | FIGURES


def is_text(column: Column[Any]) -> bool:
    """Tell whether somebody may be named in a column."""
    if column.primary_key or column.foreign_keys or column.unique:
        return False
    if {column.name, str(column)} & NOBODY_NAMED:
        return False
    if str(column) == "idempotent_calls.body":
        return True
    if isinstance(column.type, JSON | Translated):
        return True
    plain = type(column.type) in {String, Text}
    return plain and (column.type.length or SHORTEST) >= SHORTEST


def texts() -> list[Column[Any]]:
    return [c for t in Base.metadata.sorted_tables for c in t.columns if is_text(c)]


def planted(column: Column[Any]) -> Any:
    if isinstance(column.type, Translated):
        return {"fr": NAME}
    if isinstance(column.type, LargeBinary):
        return SAID.encode()
    if column.name == "query":
        return urlencode({"q": SAID})
    # The name alone: nothing else leads to it, however the database writes its accents.
    if isinstance(column.type, JSON):
        # What a job is asked for may be a list as the address of its page says it.
        return {"said": [urlencode({"q": NAME}) if column.name == "args" else NAME]}
    return SAID


def plant(database: Database, columns: list[Column[Any]]) -> None:
    """Name the person in a text of one row of each table, whatever else that text said."""
    by_table: dict[Table, dict[str, Any]] = {}
    for column in columns:
        by_table.setdefault(column.table, {})[column.name] = planted(column)
    with database.unit_of_work("test") as uow:
        for table, values in by_table.items():
            key = list(table.primary_key)
            row = uow.session.execute(select(*key).order_by(*key).limit(1)).one()
            same = [c == v for c, v in zip(key, row, strict=True)]
            uow.session.execute(update(table).where(*same).values(values))


def names_somebody(value: Any) -> bool:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return any(word in text for word in ("Canarisse", "canarisse", MAIL, PHONE, "470999888"))


def found_in(database: Database) -> list[str]:
    with database.reader() as session:
        return sorted(
            {
                f"{table.name}.{column.name}"
                for table in Base.metadata.sorted_tables
                for row in session.execute(select(table))
                for column, value in zip(table.columns, row, strict=True)
                if names_somebody(value)
            }
        )


def found_in_files(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if names_somebody(path.read_bytes())]


def write_files(settings: Settings, database: Database, party: Party, clock: FixedClock) -> None:
    """Keep a letter of the person, and files of a list and of an import that name them."""
    stored = take_in(f"%PDF-1.7 {SAID}".encode(), "letter.pdf", LocalFileStore(settings.files_dir))
    letter = Attachment(
        subject_type="party", subject_id=party.id, name="letter.pdf", media_type=stored.media_type,
        size_bytes=stored.size_bytes, sha256=stored.sha256, created_at=clock.now(),
        confidentiality=Confidentiality.PERSONAL, created_by_id=party.id, created_by_name="N",
    )  # fmt: skip
    with database.unit_of_work("test") as uow:
        uow.session.add(letter)
    for name in ("exports/a.csv", "imports/b.upload"):
        path = settings.instance_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SAID, encoding="utf-8")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return FlaskClient(app)


def test_an_erased_person_stands_nowhere(
    app: Flask, client: FlaskClient, login, database, clock, settings
) -> None:
    fill_every_table(house(app), 0.01)
    with database.unit_of_work("test") as uow:
        party = make_party(uow, clock, "Canarisse", "Zénobie", phones=(PHONE,), emails=(MAIL,))
    plant(database, texts())
    write_files(settings, database, party, clock)
    assert {str(column) for column in texts()} <= set(found_in(database))
    assert len(found_in_files(settings.instance_dir)) >= 3
    login(client, Role.DATA_PROTECTION_OFFICER)
    answer = client.post(f"/privacy/party/{party.id}/erasure", data={"confirm": NAME})
    assert answer.status_code == 303
    assert not found_in(database)
    assert not found_in_files(settings.instance_dir)


def test_what_is_excused_is_there() -> None:
    find_modules()
    columns = [c for table in Base.metadata.sorted_tables for c in table.columns]
    known = {c.name for c in columns} | {str(c) for c in columns}
    assert not NOBODY_NAMED - known
