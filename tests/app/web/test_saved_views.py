"""Views colleagues share under one name can be told apart."""

from __future__ import annotations

import re

from flask import Flask

from app.auth.roles import Role
from tests.support.web import Login


def test_a_shared_view_says_whose_it_is(app: Flask, login: Login) -> None:
    owner, reader = app.test_client(), app.test_client()
    shares = login(owner, Role.ADMINISTRATOR)
    login(reader, Role.DISPATCHER)
    kept = {"list_name": "portfolio.buildings", "name": "Team", "query": "kind=mixed"}
    assert owner.post("/lists/views", data=kept | {"is_shared": "on"}).status_code == 303
    assert reader.post("/lists/views", data=kept).status_code == 303
    told = {}
    for name, client in (("owner", owner), ("reader", reader)):
        page = client.get("/buildings").get_data(as_text=True)
        items = re.findall(r'<li class="view-item">.*?</a>(.*?)\n', page)
        told[name] = [re.sub(r"<[^>]+>", "", item).strip() for item in items]
    assert told["owner"] == ["partagée"]
    assert told["reader"] == ["", f"partagée par {shares.display_name}"]
