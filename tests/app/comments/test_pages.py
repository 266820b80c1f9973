"""The comments of a record as people write and read them."""

import pytest

from app.auth.roles import Role

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
