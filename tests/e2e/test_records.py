"""Lists, files and comments as a person handles them, with scripts and without a mouse."""

from __future__ import annotations

import pytest

from app.auth.models import User
from tests.app.files.pictures import photo
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def tickets(database, clock):
    with database.unit_of_work("test") as uow:
        lot = make_lot(uow, clock, make_building(uow, clock))
        made = [
            make_ticket(uow, clock, lot, description=f"Fuite numéro {number}")
            for number in range(3)
        ]
        uow.session.add(
            User(
                email="marie.dupont@example.org",
                display_name="Marie Dupont",
                sees_everything=True,
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    return made


def test_a_list_is_filtered_typed_in_and_kept(page, sign_in, tickets, check_accessibility):
    sign_in("administrator", sees_everything=True)
    page.goto("/tickets")
    assert page.locator("tbody tr").count() == 3
    page.get_by_label("Rechercher").fill(tickets[0].number)
    page.wait_for_url(f"**/tickets?q={tickets[0].number}*")
    page.locator("tbody tr").nth(1).wait_for(state="detached")
    assert page.evaluate("document.activeElement.type") == "search"
    page.locator("summary", has_text="Vues").click()
    page.get_by_label("Garder cette vue sous le nom").fill("Le premier")
    page.get_by_role("button", name="Garder", exact=True).click()
    page.locator("summary", has_text="Le premier").wait_for()
    page.locator(".chip").first.click()
    page.locator("tbody tr").nth(2).wait_for()
    check_accessibility(page)


def test_a_colleague_is_mentioned_by_keyboard(page, sign_in, tickets, check_accessibility):
    sign_in("administrator", sees_everything=True)
    page.goto(f"/comments/ticket/{tickets[0].id}")
    box = page.locator(".comment-form textarea")
    box.focus()
    page.keyboard.type("Regardez @mar")
    page.locator("[role=option]").wait_for()
    page.keyboard.press("Enter")
    assert box.input_value() == "Regardez @marie.dupont "
    page.get_by_role("button", name="Commenter", exact=True).click()
    page.locator(".comment .mention").wait_for()
    assert box.input_value() == ""
    check_accessibility(page)


def test_an_empty_comment_is_refused_in_words_of_the_house(page, sign_in, tickets, complaints):
    sign_in("administrator", sees_everything=True)
    page.goto(f"/comments/ticket/{tickets[0].id}")
    page.locator("textarea[name=text]").fill("Vu sur place.")
    send = page.get_by_role("button", name="Commenter", exact=True)
    send.click()
    page.locator(".comment").wait_for()
    send.click()
    refused = page.locator(".comment-form [data-error-summary]")
    refused.wait_for()
    assert page.locator(".comment").count() == 1
    page.locator(".comment-tools summary").click()
    page.locator(".comment textarea").fill("")
    page.locator(".comment").get_by_role("button", name="Enregistrer").click()
    page.locator(".comment [data-error-summary] a").click()
    assert page.evaluate("document.activeElement.name") == "text"
    complaints.forgive("422")


def test_photos_are_added_shown_removed_and_brought_back(
    page, sign_in, tickets, check_accessibility
):
    sign_in("administrator", sees_everything=True)
    page.goto(f"/attachments/ticket/{tickets[0].id}")
    picture = {"name": "IMG 1.jpg", "mimeType": "image/jpeg", "buffer": photo((900, 600))}
    page.locator("input[type=file][name=files]").set_input_files([picture])
    page.get_by_role("button", name="Ajouter", exact=True).click()
    page.locator(".file-item img").wait_for()
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert page.locator(".file-item img").evaluate(width) == 320
    check_accessibility(page)
    page.get_by_role("button", name="Retirer IMG 1.jpg").click()
    page.locator("form.notice-info[action$=restore] button").click()
    page.locator(".file-item").wait_for()
