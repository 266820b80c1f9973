"""Sites, work areas and departments: added, changed, archived, brought back, always in view."""

import pytest
from sqlalchemy import select

from app.audit import history_of
from app.auth.actor import Scope
from app.auth.roles import Role
from app.db import TranslatedText
from app.errors import Conflict, Forbidden, StaleVersion
from modules.portfolio.commands import Change, GroupingFacts
from modules.portfolio.enums import Grouping
from modules.portfolio.models import Area, Department, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.services import (
    archive_building,
    archive_grouping,
    change_grouping,
    create_grouping,
    restore_grouping,
)
from tests.factories.portfolio import (
    BUILDER,
    make_area,
    make_building,
    make_department,
    make_room,
    make_site,
)

NAME = TranslatedText(fr="Haren", nl="Haren")


@pytest.mark.parametrize("kind", list(Grouping))
def test_is_added_changed_archived_and_brought_back(uow, clock, kind):
    row = create_grouping(BUILDER, kind, GroupingFacts("H", NAME), uow, clock)
    facts = GroupingFacts("HAR", TranslatedText(fr="Haren Nord"))
    change_grouping(BUILDER, kind, Change(row.id, 1), facts, uow, clock)
    assert (row.code, row.name.text("nl")) == ("HAR", "Haren Nord")
    archive_grouping(BUILDER, kind, Change(row.id, row.version), uow, clock)
    assert row.archived_at == clock.now()
    restore_grouping(BUILDER, kind, Change(row.id, row.version), uow, clock)
    assert row.archived_at is None
    uow.flush()
    done = [entry.action.rpartition(".")[2] for entry in history_of(uow.session, kind, row.id)]
    assert sorted(done) == ["archive", "change", "create", "restore"]


def test_a_change_that_is_none_is_not_written(uow, clock):
    row = create_grouping(BUILDER, Grouping.SITE, GroupingFacts("H", NAME), uow, clock)
    facts = GroupingFacts("H", NAME)
    change_grouping(BUILDER, Grouping.SITE, Change(row.id, 1), facts, uow, clock)
    assert row.version == 1
    assert len(history_of(uow.session, "site", row.id)) == 1


def test_codes_are_taken_once_and_versions_watched(uow, clock):
    make_site(uow, clock, "A")
    other = make_site(uow, clock, "B")
    with pytest.raises(Conflict):
        make_site(uow, clock, "A")
    with pytest.raises(Conflict):
        change_grouping(
            BUILDER, Grouping.SITE, Change(other.id, 1), GroupingFacts("A", NAME), uow, clock
        )
    with pytest.raises(StaleVersion):
        archive_grouping(BUILDER, Grouping.SITE, Change(other.id, 7), uow, clock)


def test_what_is_in_use_stays(uow, clock):
    area, site = make_area(uow, clock), make_site(uow, clock)
    department = make_department(uow, clock)
    building = make_building(uow, clock, area_id=area.id, site_id=site.id)
    make_room(uow, clock, building, department_id=department.id)
    for kind, row in (
        (Grouping.AREA, area), (Grouping.SITE, site), (Grouping.DEPARTMENT, department),
    ):  # fmt: skip
        with pytest.raises(Conflict) as caught:
            archive_grouping(BUILDER, kind, Change(row.id, row.version), uow, clock)
        assert caught.value.code == "still_used"
    archive_building(BUILDER, Change(building.id, building.version), uow, clock)
    archive_grouping(BUILDER, Grouping.SITE, Change(site.id, site.version), uow, clock)


def test_who_sees_a_part_of_the_estate_changes_nothing_for_all(uow, clock, actor_with):
    area = make_area(uow, clock)
    limited = actor_with(PortfolioPermission.CHANGE, scope=Scope(area_ids=frozenset({area.id})))
    with pytest.raises(Forbidden):
        create_grouping(limited, Grouping.SITE, GroupingFacts("H", NAME), uow, clock)


@pytest.mark.parametrize(
    ("folder", "model"), [("sites", Site), ("areas", Area), ("departments", Department)]
)
def test_on_screen(client, login, database, folder, model):
    login(client, Role.ADMINISTRATOR)
    page = client.get(f"/{folder}").get_data(as_text=True)
    assert f'href="/{folder}/new"' in page
    refused = client.post(f"/{folder}", data={"code": "H", "name_fr": ""})
    assert refused.status_code == 422
    assert 'href="#f-name_fr"' in refused.get_data(as_text=True)
    assert client.post(f"/{folder}", data={"code": "H", "name_nl": "Haren"}).status_code == 303
    with database.reader() as session:
        row = session.scalars(select(model)).one()
    sheet = f"/{folder}/{row.id}"
    assert "Haren" in client.get(sheet).get_data(as_text=True)
    change = {"code": "H", "name_fr": "Haren nord", "version": "1"}
    assert client.post(f"{sheet}/edit", data=change).status_code == 303
    assert client.post(f"{sheet}/edit", data=change).status_code == 412
    assert client.post(f"{sheet}/archive", data={"version": "2"}).location == sheet
    assert "Haren nord" not in client.get(f"/{folder}").get_data(as_text=True)
    assert f"{sheet}/restore" in client.get(sheet).get_data(as_text=True)
    assert client.post(f"{sheet}/restore", data={"version": "3"}).location == sheet
    assert "Haren nord" in client.get(f"/{folder}?q=nord").get_data(as_text=True)


def test_a_reader_is_offered_nothing_to_change(client, login, uow, clock):
    site = make_site(uow, clock)
    uow.__exit__(None, None, None)
    login(client, Role.ANALYST)
    page = client.get(f"/sites/{site.id}").get_data(as_text=True)
    assert "/edit" not in page
    assert client.post("/sites", data={"code": "X"}).status_code == 403
