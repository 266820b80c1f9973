"""The menu: kept for each kind of reader, and never that of somebody else."""

import re

import pytest

from app.auth.roles import Role


def links(page: str) -> list[str]:
    menu = page[page.index('class="side-nav"') : page.index("</nav>")]
    return re.findall(r'class="side-link" href="([^"]+)"', menu)


def marked(page: str) -> list[str]:
    return re.findall(r'class="side-link" href="([^"]+)" aria-current="page"', page)


@pytest.fixture
def read(client):
    return lambda path: client.get(path).get_data(as_text=True)


def test_each_sees_what_they_may_open(app, login):
    menus = {}
    for role in (Role.ADMINISTRATOR, Role.CALL_CENTRE_AGENT, Role.ADMINISTRATOR):
        client = app.test_client()
        login(client, role, email=f"{len(menus)}.{role.value}@example.org")
        menus.setdefault(role, links(client.get("/").get_data(as_text=True)))
        assert menus[role] == links(client.get("/").get_data(as_text=True))
    assert "/admin/users" in menus[Role.ADMINISTRATOR]
    assert "/admin/users" not in menus[Role.CALL_CENTRE_AGENT]
    assert "/tickets" in menus[Role.CALL_CENTRE_AGENT]


def test_the_place_is_marked_with_its_nearest_entry(read, client, login):
    login(client, Role.ADMINISTRATOR, sees_everything=True)
    assert marked(read("/")) == ["/"]
    assert marked(read("/tickets")) == ["/tickets"]
    assert marked(read("/buildings/new")) == ["/buildings"]
    assert marked(read("/account")) == []


def test_a_change_of_language_changes_the_menu(read, client, login):
    login(client, Role.ADMINISTRATOR, locale="fr")
    assert "<span>Accueil</span>" in read("/")
    client.post("/preferences/language", data={"locale": "nl"})
    assert "<span>Startpagina</span>" in read("/")


def test_addresses_keep_the_prefix_of_a_proxy(client, login):
    login(client, Role.ADMINISTRATOR)
    plain = links(client.get("/").get_data(as_text=True))
    below = client.get("/", environ_overrides={"SCRIPT_NAME": "/house"}).get_data(as_text=True)
    assert links(below) == [f"/house{address}" for address in plain]
    assert marked(below) == ["/house/"]
