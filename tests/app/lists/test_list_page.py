"""A list on the screen, as a browser without script sees it, and as htmx and a spreadsheet do."""

from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry


@pytest.mark.usefixtures("people")
def test_page_shows_rows_chips_totals_and_pages(client):
    page = client.get("/people?locale=nl&sort=-created").get_data(as_text=True)
    assert "Language: Nederlands" in page
    assert "40 rows" in page
    assert 'aria-sort="descending"' in page
    assert "<tfoot>" in page
    assert page.count("<tr data-feature-id=") == 40


@pytest.mark.usefixtures("people")
def test_a_chip_leads_to_the_list_without_its_filter(client):
    page = client.get("/people?locale=nl&q=Person").get_data(as_text=True)
    assert 'href="/people?q=Person"' in page
    assert 'href="/people?locale=nl"' in page


@pytest.mark.usefixtures("people")
def test_htmx_gets_the_table_alone_and_the_short_address(client):
    address = "/people?apply=1&q=&locale=nl&created_from=&cols=name&cols=email"
    answer = client.get(
        address, headers={"HX-Request": "true", "HX-Target": "section#table-tests-people"}
    )
    text = answer.get_data(as_text=True)
    assert "<html" not in text
    assert text.count('id="table-tests-people"') == 1
    assert answer.headers["HX-Push-Url"] == "/people?locale=nl&cols=name%2Cemail"


@pytest.mark.usefixtures("people")
def test_further_filters_stay_open_while_they_are_set_and_cover_no_new_page(client):
    opened = '<details class="data-table-menu" open>'
    swap = {"HX-Request": "true", "HX-Target": "section#table-tests-people"}
    assert opened in client.get("/people?letters=yes", headers=swap).get_data(as_text=True)
    page = client.get("/people?letters=yes").get_data(as_text=True)
    assert opened not in page
    assert 'class="chip' in page


@pytest.mark.usefixtures("people")
def test_filters_folded_on_a_phone_stay_open_for_who_opened_them(client):
    folded, opened = 'value="1"><label', 'value="1" checked><label'
    swap = {"HX-Request": "true", "HX-Target": "section#table-tests-people"}
    assert folded in client.get("/people").get_data(as_text=True)
    # Typing a search opens nothing; choosing below what was opened does not close it.
    assert folded in client.get("/people?apply=1&q=An", headers=swap).get_data(as_text=True)
    answer = client.get("/people?apply=1&unfolded=1&locale=nl", headers=swap)
    assert opened in answer.get_data(as_text=True)
    assert answer.headers["HX-Push-Url"] == "/people?locale=nl"


def test_without_script_the_form_leads_to_the_short_address(client):
    answer = client.get("/people?apply=1&q=&locale=nl&locale=")
    assert answer.location == "/people?locale=nl"


def test_an_empty_list_teaches(client):
    assert "Accounts appear here once they are made." in client.get("/people").get_data(
        as_text=True
    )


@pytest.mark.usefixtures("people")
def test_a_list_emptied_by_filters_offers_to_clear_them(client):
    page = client.get("/people?q=nobody").get_data(as_text=True)
    assert "Nothing matches these filters" in page


@pytest.mark.usefixtures("people")
def test_export_holds_what_is_seen_and_is_noted(client, database):
    answer = client.get("/people?locale=nl&cols=name,created&sort=-created&format=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("Name", "Created")
    assert len(rows) == 41
    assert rows[1][0].startswith("Person 117")
    assert "attachment" in answer.headers["Content-Disposition"]
    with database.reader() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "lists.list.exported")
        ).one()
        assert entry.changes["rows"] == [None, 40]


@pytest.mark.usefixtures("people")
def test_csv_opens_in_a_belgian_spreadsheet(client):
    text = client.get("/people?q=Person+007&format=csv").data.decode()
    assert text.startswith("\ufeffName;E-mail;Language;Length;Created\r\n")
    assert "Person 007;p0007@people.example;Français;10;2026-01-08 09:00" in text


def test_page_size_is_remembered(client, people):
    assert people
    client.get("/people?size=25")
    assert client.get("/people").get_data(as_text=True).count("<tr data-feature-id=") == 25


@pytest.mark.usefixtures("people")
def test_a_list_is_printed(client):
    answer = client.get("/people?locale=nl&format=pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
