"""Accepting a warning and releasing an error in a real browser: two people, one after the other."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_decisions import LOOKS
from tests.browser.test_walk import accessible, open_first, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]


def faulty(seed: int) -> bytes:
    """Two funds, in both of them a currency that is none: errors of one rule, and warnings of another."""
    table = tpt(rows=24, seed=seed, funds=2)
    for row in table.rows[::5]:
        row["21"] = "no currency"
    return table.csv()


def opened(visitor: Visitor, severity: str) -> str:
    """Opens the first rule of a severity with the keyboard, if it is not the only one; its id."""
    rule = visitor.page.locator(f"details.rule[data-severity={severity}]").first
    if rule.get_attribute("open") is None:
        rule.locator("summary").focus()
        visitor.page.keyboard.press("Enter")
    expect(rule).to_have_attribute("open", "")
    return str(rule.get_attribute("data-rule"))


def test_a_reviewer_asks_a_colleague_releases_and_the_file_says_so(chromium: Browser, system: System) -> None:
    asks = Visitor(chromium, system, **LOOKS["light"]).sign_in("cedar-pension", "reviewer")
    page = asks.page
    upload(asks, ("release.csv", faulty(641)))
    open_first(asks)
    address = page.url
    rule = opened(asks, "error")
    button = page.locator(f"details.rule[data-rule='{rule}']").get_by_role("link", name="Ask for a release")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ask for a release")).to_be_visible()
    accessible(asks)
    page.get_by_role("button", name="Ask for the release").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words why")
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(asks)
    page.get_by_label("Why can it be accepted?").fill("The custodian sends it right from March on.")
    page.get_by_label(re.compile("following ones")).check()
    page.get_by_role("button", name="Ask for the release").press("Enter")
    expect(page.get_by_text("waits for a second person")).to_be_visible()
    expect(page.locator("[data-standing]")).to_contain_text("Still open")
    accessible(asks)
    page.locator("#acceptances a").first.click()
    expect(page.get_by_text("You asked for it")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    request = page.url
    page.goto(address)
    rule = opened(asks, "warning")
    page.locator(f"details.rule[data-rule='{rule}']").get_by_role("link", name=re.compile("^Accept")).click()
    page.get_by_label("Why can it be accepted?").fill("The rates are of another day.")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("It counts from now on")).to_be_visible()

    decides = Visitor(chromium, system, **LOOKS["light"]).sign_in("cedar-pension", "admin")
    page = decides.page
    page.goto("/submissions/")
    page.get_by_role("link", name="Approvals").click()
    expect(page.get_by_text("You can decide it.")).to_be_visible()
    accessible(decides)
    page.locator("table.acceptance-table tbody th a").first.click()
    page.get_by_role("button", name="Refuse").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words why it is refused")
    page.get_by_role("button", name="Release").press("Enter")
    expect(page.locator("[data-decision]")).to_contain_text("released it")
    accessible(decides)
    page.goto("/approvals/")
    expect(page.get_by_text("Nothing waits for approval")).to_be_visible()
    page.goto(address)
    expect(page.locator("[data-standing=released]")).to_be_visible()
    page.goto("/submissions/")
    expect(page.locator("tbody tr", has_text="release.csv")).to_contain_text("Released")
    page.goto(request)
    page.get_by_role("button", name="Lapse now").click()
    expect(page.locator("[data-lapse=by_hand]")).to_be_visible()
    page.goto("/submissions/")
    expect(page.locator("tbody tr", has_text="release.csv")).to_contain_text("Open")
    asks.context.close()
    decides.context.close()


def test_the_pages_of_reviews_stand_in_every_light_and_on_a_phone(chromium: Browser, system: System) -> None:
    visitor = Visitor(chromium, system, **LOOKS["light"]).sign_in("cedar-pension", "reviewer")
    page = visitor.page
    upload(visitor, ("looks.csv", faulty(642)))
    open_first(visitor)
    address = page.url
    rule = opened(visitor, "error")
    form = f"{address}accept/{rule}/"
    page.goto(form)
    page.get_by_label("Why can it be accepted?").fill("Known, and small.")
    page.get_by_role("button", name="Ask for the release").click()
    request = page.locator("#acceptances a").first.get_attribute("href")
    for name, look in LOOKS.items():
        page.set_viewport_size(look["viewport"])  # type: ignore[arg-type]
        page.emulate_media(color_scheme=look["color_scheme"])  # type: ignore[arg-type]
        for place, picture in (
            (address, "submission-accepted"),
            (form, "accept"),
            ("/approvals/", "approvals"),
            ("/acceptances/", "acceptances"),
            (str(request), "acceptance"),
        ):
            page.goto(place)
            if picture == "submission-accepted":
                opened(visitor, "error")
            accessible(visitor)
            visitor.screenshot(f"{picture}-{name}")
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider <= 0, f"{place} scrolls sideways by {wider} px"
    visitor.context.close()
