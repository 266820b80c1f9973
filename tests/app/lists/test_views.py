"""Views of lists: kept, shared, preferred, forgotten."""

import pytest

from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.lists import views
from app.lists.models import SavedView
from app.policies import HousePermission
from tests.app.lists.people import PEOPLE


@pytest.fixture
def person(login, client, database, actor_with):
    """Make actors who have an account."""
    from dataclasses import replace

    def make(role, *permissions):
        user = login(client, role)
        return replace(actor_with(*permissions), user_id=user.id)

    return make


@pytest.fixture
def keep(uow, clock):
    def save(actor, name="Mine", **options):
        command = views.SaveView(PEOPLE.name, name, **{"query": "locale=nl", **options})
        return views.save_view(actor, command, uow, clock)

    return save


def names(actor, uow):
    return [
        (v.name, is_default) for v, is_default in views.list_views(actor, PEOPLE.name, uow.session)
    ]


@pytest.fixture
def marie(person):
    return person("analyst", HousePermission.VIEW_SHARE)


@pytest.fixture
def jan(person):
    return person("technician")


@pytest.fixture(autouse=True)
def order(marie, jan, request):
    """Make the accounts before the unit of work takes its turn at writing."""
    request.getfixturevalue("uow")


def test_private_views_are_private_and_shared_ones_are_not(marie, jan, keep, uow):
    keep(marie)
    keep(marie, "Ours", is_shared=True)
    keep(jan, "Jan's")
    assert names(marie, uow) == [("Mine", False), ("Ours", False)]
    assert names(jan, uow) == [("Jan's", False), ("Ours", False)]


def test_the_same_name_replaces(marie, keep, uow):
    first = keep(marie)
    assert keep(marie, query="locale=fr") is first
    assert first.query == "locale=fr"


def test_a_shared_view_kept_again_stays_shared_unless_it_is_said(marie, jan, keep, uow):
    keep(marie, "Ours", is_shared=True)
    assert keep(marie, "Ours", query="locale=nl").is_shared
    assert names(jan, uow) == [("Ours", False)]
    assert not keep(marie, "Ours", is_shared=False).is_shared
    assert names(jan, uow) == []


def test_sharing_needs_the_right(jan, keep):
    with pytest.raises(Forbidden):
        keep(jan, is_shared=True)


def test_one_default_which_a_second_choice_takes_back(marie, keep, uow):
    one, two = keep(marie, "One"), keep(marie, "Two")
    for view in (one, two):
        views.choose_default(marie, view.id, uow)
        uow.flush()
    assert names(marie, uow) == [("One", False), ("Two", True)]
    views.choose_default(marie, two.id, uow)
    uow.flush()
    assert names(marie, uow) == [("One", False), ("Two", False)]


def test_the_view_of_another_is_absent(marie, jan, keep, uow):
    private = keep(marie)
    for act in (views.delete_view, views.choose_default):
        with pytest.raises(NotFound):
            act(jan, private.id, uow)
    shared = keep(marie, "Ours", is_shared=True)
    with pytest.raises(Forbidden):
        views.delete_view(jan, shared.id, uow)
    views.delete_view(marie, private.id, uow)
    uow.flush()
    assert names(marie, uow) == [("Ours", False)]


def test_nameless_endless_and_countless_views_are_refused(marie, keep):
    with pytest.raises(Invalid):
        keep(marie, " ")
    with pytest.raises(Invalid):
        keep(marie, query="x" * 5000)
    for number in range(views.MOST_VIEWS):
        keep(marie, f"View {number}")
    with pytest.raises(Conflict):
        keep(marie, "One more")


class TestOnThePage:
    """The same through the browser."""

    @pytest.fixture
    def page(self, client, login, people, uow):
        uow.session.rollback()
        login(client, "administrator", email="boss@example.org", locale="en")
        return client

    def save(self, client, name, query, **more):
        data = {"list_name": PEOPLE.name, "name": name, "query": query, "next": "/people", **more}
        return client.post("/lists/views", data=data)

    def view(self, database, name):
        from sqlalchemy import select

        with database.reader() as session:
            return session.scalars(select(SavedView.id).where(SavedView.name == name)).one()

    def test_a_view_is_kept_and_opened_by_default(self, page, database):
        assert self.save(page, "Dutch", "locale=nl&sort=-created").location == "/people"
        assert "Dutch" in page.get("/people").get_data(as_text=True)
        page.post(f"/lists/views/{self.view(database, 'Dutch')}/default", data={"next": "/people"})
        assert "40 rows" in page.get("/people").get_data(as_text=True)
        everything = page.get("/people?view=none").get_data(as_text=True)
        assert "120 rows" in everything
        assert 'href="/people?sort=-created"' in page.get("/people").get_data(as_text=True)

    def test_a_view_is_deleted(self, page, database):
        self.save(page, "Dutch", "locale=nl", is_shared="on")
        assert "shared" in page.get("/people").get_data(as_text=True)
        page.post(f"/lists/views/{self.view(database, 'Dutch')}/delete", data={"next": "/people"})
        assert "Dutch" not in page.get("/people").get_data(as_text=True).split("data-toast")[0]

    def test_a_refusal_is_told(self, page):
        self.save(page, "", "locale=nl")
        assert "Give the view a name" in page.get("/people").get_data(as_text=True)
