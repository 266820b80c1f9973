"""The page of a building in an inventory of heritage: form, sheet, program and file."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from app.auth.roles import Role
from app.errors import Invalid
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from modules.portfolio.heritage import read_heritage_url
from modules.portfolio.importers.buildings import BUILDINGS
from modules.portfolio.models import Building
from tests.factories.portfolio import BUILDER, make_building

PAGE = "https://inventory.example/en/object/2043?lang=en"


@pytest.fixture
def building(database, clock):
    with database.unit_of_work() as uow:
        return make_building(uow, clock, code="BLD-1")


@pytest.mark.parametrize(
    "written",
    [
        "http://inventory.example/1",
        "javascript:alert(1)//https://a.example",
        "https://inventory.example@evil.example/",
        "https://localhost/1",
        "https://inventory.example/a b",
        "https://",
        "inventory.example/1",
    ],
)
@pytest.mark.one_database
def test_what_is_no_page_by_https_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_heritage_url(written)
    assert caught.value.field == "heritage_url"


def test_it_is_written_on_the_form_and_linked_from_the_sheet(client, login, building):
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    form = f"/buildings/{building.id}/edit"
    sent = {
        "version": building.version, "kind": "residential", "code": "BLD-1", "name": "Halles",
        "heritage_url": "http://inventory.example",
    }  # fmt: skip
    refused = client.post(form, data=sent)
    assert refused.status_code == 422
    assert "This is not a web address that begins with https://." in refused.text
    assert "Heritage inventory" in client.get(f"/buildings/{building.id}").text
    assert client.post(form, data=sent | {"heritage_url": PAGE}).status_code == 303
    sheet = client.get(f"/buildings/{building.id}").text
    assert f'<a href="{PAGE}" rel="noopener">inventory.example</a>' in sheet
    assert f'value="{PAGE}"' in client.get(form).text
    api = f"/api/v1/buildings/{building.id}"
    read = client.get(api)
    assert (read.json["heritage_url"], read.json["heritage_ref"]) == (PAGE, None)
    told = {"kind": "residential", "name": "Halles", "address": {}, "heritage_ref": "2043"}
    etag = {"If-Match": read.headers["ETag"]}
    bad = client.put(api, json=told | {"heritage_url": "https://x"}, headers=etag)
    assert bad.status_code == 422
    done = client.put(api, json=told | {"heritage_url": PAGE}, headers=etag)
    assert (done.status_code, done.json["heritage_ref"]) == (200, "2043")
    assert 'rel="noopener">2043</a>' in client.get(f"/buildings/{building.id}").text


def test_it_comes_in_by_file_and_goes_out_again(database, building, clock, tmp_path):
    def source(*lines):
        path = tmp_path / "b.csv"
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows(
            [("Code", "heritage_ref", "heritage_url"), *lines]
        )
        path.write_text(text.getvalue(), encoding="utf-8")
        return ImportFile(path, path.name, BUILDINGS, BUILDINGS.formats)

    refused = check_file(BUILDER, source(("BLD-1", "", "http://x.example")), database, clock)
    assert [(p.code, p.field) for p in refused.errors] == [("bad_pattern", "heritage_url")]
    done = import_file(BUILDER, source(("BLD-1", "2043", PAGE)), database, clock)
    assert done.tally.counts[Outcome.CHANGED] == 1
    out = tmp_path / "out.xlsx"
    with database.reader() as session:
        assert session.scalars(select(Building.heritage_url)).one() == PAGE
        records = BUILDINGS.records(BUILDER, session)
        write_file(export_file(BUILDINGS.columns, records, FileFormat.XLSX, title="x"), out)
    again = check_file(
        BUILDER, ImportFile(out, out.name, BUILDINGS, BUILDINGS.formats), database, clock
    )
    assert (again.errors, again.tally.counts[Outcome.UNCHANGED]) == ([], 1)
