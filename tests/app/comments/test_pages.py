"""The comments of a record as people write and read them."""

import pytest
from sqlalchemy import select

from app.auth.roles import Role
from app.comments.models import Comment

HTMX = {"HX-Request": "true"}


@pytest.fixture
def panel(signed_in, boiler):
    client = signed_in(Role.ADMINISTRATOR)
    address = f"/comments/boiler/{boiler.id}"

    def post(text, **options):
        return client.post(address, data={"text": text}, **options)

    return post


def test_names_that_tell_nobody_carry_no_badge_and_are_said(panel):
    shown = panel("Look, @administrator and @nobody.here", headers=HTMX)
    assert shown.status_code == 200
    assert '<span class="mention">@administrator</span> and @nobody.here' in shown.text
    assert "Not told: @nobody.here." in shown.text
    assert "Not told" not in panel("Thank you", headers=HTMX).text


def test_without_scripts_the_next_page_says_it(panel):
    answer = panel("@nobody.here", follow_redirects=True)
    assert "Not told: @nobody.here." in answer.text


def test_ones_own_removed_comment_is_listed_and_brought_back(signed_in, boiler, database):
    address = f"/comments/boiler/{boiler.id}"
    author = signed_in(Role.ADMINISTRATOR, locale="en")
    author.post(address, data={"text": "Or the pump."})
    with database.reader() as session:
        (mine,) = session.scalars(select(Comment.id))
    gone = author.post(f"/comments/{mine}/remove", headers=HTMX).text
    listed = gone.partition("Comments you removed (1)")[2]
    assert "Or the pump." in listed
    assert f"/comments/{mine}/restore" in listed
    other = signed_in(Role.DISPATCHER, locale="en")
    assert "you removed" not in other.get(address, headers=HTMX).text
    assert other.post(f"/comments/{mine}/restore").status_code == 403
    assert other.post(f"/api/v1/comments/{mine}/restoration").status_code == 403
    assert other.post(f"/comments/{boiler.id}/restore").status_code == 404
    back = author.post(f"/comments/{mine}/restore", headers=HTMX).text
    assert "you removed" not in back
    assert "Or the pump." in other.get(address, headers=HTMX).text
    assert author.post(f"/comments/{mine}/remove").status_code == 303
    answer = author.post(f"/api/v1/comments/{mine}/restoration").json
    assert (answer["id"], answer["text"]) == (f"{mine}", "Or the pump.")
