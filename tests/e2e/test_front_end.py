"""The front end in a real browser under the real policy: keys, drafts, curves, maps, tablet."""

import json
import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.auth.services import CreateUser, create_user
from tests.support.gallery import BASE_COLOUR

pytestmark = pytest.mark.browser

PASSWORD = "four plain words here"


@pytest.fixture
def at_desk(gallery, sign_in):
    """Somebody signed in on an application with the gallery."""
    sign_in(Role.DISPATCHER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 320])
@pytest.mark.parametrize("name", ["components", "form"])
def test_components_are_readable_and_fit(
    at_desk, page: Page, check_accessibility, photograph, name, width, scheme
):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/gallery/{name}")
    expect(page.locator("html")).to_have_class("scripted ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    photograph(page, f"gallery-{name}-{scheme}-{width}")
    check_accessibility(page)


def test_keys_reach_everything(at_desk, page: Page):
    page.goto("/gallery/components")
    expect(page.locator("html.ready")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("n")
    page.wait_for_url("**/gallery/form")
    expect(page.locator("html.ready")).to_have_count(1)
    page.locator("#f-phone").press_sequentially("n?gh")
    expect(page.locator("#f-phone")).to_have_value("n?gh")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Saved")
    expect(page.locator("html.ready")).to_have_count(1)
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/")


CLICK_AT_ONCE = """
new MutationObserver((_, watch) => {
  const button = document.querySelector('[data-open="hello"]')
  if (!button) return
  watch.disconnect()
  button.click()
}).observe(document, { childList: true, subtree: true })
"""


def test_a_click_before_the_scripts_is_answered_after(at_desk, page: Page):
    page.add_init_script(CLICK_AT_ONCE)
    page.goto("/gallery/components")
    expect(page.locator("dialog#hello")).to_be_visible()


def test_rows_are_walked_with_arrows(at_desk, page: Page):
    page.goto("/gallery/components")
    expect(page.locator("html.ready")).to_have_count(1)
    page.locator(".table-responsive").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/form")


def test_what_was_typed_comes_back(at_desk, page: Page):
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/gallery/form")
    expect(page.locator("html.ready")).to_have_count(1)
    page.locator("#f-text").fill("Water everywhere")
    page.locator("#f-area").fill("60")
    page.goto("/gallery/components")
    page.goto("/gallery/form")
    expect(page.locator("#f-text")).to_have_value("Water everywhere")
    expect(page.locator(".draft-notice")).to_be_visible()
    page.locator("#f-phone").fill("0470123456")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Saved")
    page.goto("/gallery/form")
    expect(page.locator("#f-text")).to_have_value("")


def test_drafts_go_with_who_signs_out(at_desk, page: Page, check_accessibility):
    kept = "Object.keys(localStorage).filter(name => name.startsWith('draft:')).length"
    page.goto("/gallery/form")
    expect(page.locator("html.ready")).to_have_count(1)
    page.locator("#f-phone").fill("0470 12 34 56")
    account = page.locator(".avatar-button")
    sign_out = page.locator("form[data-sign-out] button")
    account.click()
    sign_out.click()
    question = page.locator("dialog.sheet-small[open]")
    expect(question).to_contain_text(": 1.")
    check_accessibility(page)
    question.get_by_role("button").last.click()
    assert page.evaluate(kept) == 1
    account.click()
    sign_out.click()
    question.get_by_role("button").first.click()
    page.wait_for_url("**/sign-in**")
    assert page.evaluate(kept) == 0


def test_a_refused_form_says_what_is_wrong(at_desk, page: Page, complaints, check_accessibility):
    page.goto("/gallery/form")
    page.locator("#f-text").fill("Water")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#f-phone")).to_have_attribute("aria-invalid", "true")
    check_accessibility(page)
    page.locator(".error-summary a").first.click()
    expect(page.locator("#f-phone")).to_be_focused()
    complaints.forgive("422")


def test_htmx_needs_nothing_special_from_routes(at_desk, page: Page, complaints):
    page.goto("/gallery/htmx_form")
    page.locator("form button[type=submit]").last.click()
    expect(page.locator("main .error-summary")).to_be_focused()
    expect(page.locator("nav.side-nav")).to_have_count(1)
    page.locator("text=Ask for what is not there").click()
    expect(page.locator(".toast-danger")).to_be_visible()
    expect(page.locator("#place")).to_have_text("still here")
    complaints.forgive("422")
    complaints.forgive("500")
    complaints.forgive("404")


def test_parts_are_fetched_when_opened(at_desk, page: Page):
    page.goto("/gallery/components")
    page.get_by_role("tab", name="Fetched").click()
    expect(page.locator("#part-b")).to_have_text("The part is here.")
    assert page.url.endswith("#part-b")


def test_a_curve_is_drawn_with_its_table(at_desk, page: Page, check_accessibility, photograph):
    page.goto("/gallery/curve")
    expect(page.locator(".chart canvas")).to_be_visible()
    expect(page.locator(".chart-legend")).to_contain_text("Leak")
    page.locator(".chart-table summary").click()
    expect(page.locator(".chart-table tbody tr")).to_have_count(672)
    check_accessibility(page)
    photograph(page, "gallery-curve")


def test_the_map_is_really_drawn(at_desk, page: Page, check_accessibility, photograph):
    """A MapLibre that cannot find its worker leaves the map blank; this would see it."""
    page.goto("/gallery/map")
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "true", timeout=30_000)
    page.locator("tr[data-feature-id='5'] td").click()
    expect(page.locator("tr[data-feature-id='5']")).to_have_class("is-selected")
    expect(page.locator(".maplibregl-popup")).to_contain_text("Rue Haute 5")
    check_accessibility(page)
    photograph(page, "gallery-map")


def test_an_operators_tile_archive_lies_under_the_map_with_its_mention(at_desk, page: Page):
    page.goto("/gallery/base_map")
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "true", timeout=30_000)
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("© Somebody")
    box = page.locator("[data-map]").bounding_box()
    assert box is not None
    picture = Image.open(BytesIO(page.screenshot(clip=box))).convert("RGB")
    assert picture.getpixel((int(box["width"]) - 100, int(box["height"]) - 60)) == BASE_COLOUR


DAY = {
    "generated_at": "2026-03-02T06:00:00Z",
    "technician": {"id": "t1", "name": "Ilse", "locale": "nl"},
    "csrf_token": "token",
    "orders": [
        {
            "id": "o1",
            "number": "WO-1",
            "version": 1,
            "title": "Leaking riser",
            "status": "planned",
            "planned_start_at": "2026-03-02T08:00:00Z",
            "location": {"address": {"fr": "Rue Haute 296", "nl": "Hoogstraat 296"}},
            "fields": {"diagnosis": "", "work_done": ""},
        }
    ],
}


def test_the_tablet_works_without_network_and_loses_nothing(
    gallery, at_desk, page: Page, context, complaints, check_accessibility
):
    sent: list[dict] = []

    def take(route):
        body = json.loads(route.request.post_data)
        sent.extend(body["operations"])
        results = [{"id": one["id"], "status": "accepted"} for one in body["operations"]]
        route.fulfill(json={"results": results})

    context.route(re.compile("/gallery/field/day"), lambda route: route.fulfill(json=DAY))
    context.route("**/gallery/field/operations", take)
    page.goto("/gallery/field/")
    page.locator(".f-card").click()
    check_accessibility(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.unroute(re.compile("/gallery/field/day"))
    context.set_offline(True)
    page.locator(".f-bar .f-main").click()
    expect(page.locator(".f-state")).to_contain_text("1")
    page.reload()
    expect(page.locator(".f-state")).to_contain_text("1")
    assert not sent
    context.route(re.compile("/gallery/field/day"), lambda route: route.fulfill(json=DAY))
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".f-unsent")).to_have_count(0)
    assert [one["type"] for one in sent] == ["order.start"]
    complaints.forgive("ERR_INTERNET_DISCONNECTED")


def test_an_expired_session_costs_nobody_what_they_typed(
    gallery, context, page: Page, complaints, clock, database
):
    with database.unit_of_work("test") as uow:
        command = CreateUser("ann@example.org", "Ann", (Role.DISPATCHER,), PASSWORD)
        create_user(system_actor("test"), command, uow, clock)
    page.goto("/sign-in")
    page.locator("#f-email").fill("ann@example.org")
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[data-user]")).to_have_count(1)
    page.goto("/gallery/guarded")
    page.locator("#f-phone").fill("0470123456")
    context.clear_cookies()
    page.locator("main button[type=submit]").click()
    dialog = page.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    dialog.locator("#f-email").fill("ann@example.org")
    dialog.locator("#f-password").fill("wrong")
    page.keyboard.press("Enter")
    expect(dialog.locator("[role=alert]")).to_be_visible()
    dialog.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("main")).to_contain_text("Kept 0470123456")
    for expected in ("401", "400", "422"):
        complaints.forgive(expected)
