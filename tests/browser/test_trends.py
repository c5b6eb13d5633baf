"""Two deliveries of a fund in a real browser: what changed, the trend, a preview, a rule with examples."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_decisions import LOOKS
from tests.browser.test_walk import DONE, accessible, open_first, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
RULE = "TPT-FORMAT-21"


def delivery(*kinds: str, day: str) -> bytes:
    """The same fund each time, at another date and with other mistakes."""
    return tpt(rows=40, kinds=kinds, seed=4711).csv().replace(b"2025-12-31", day.encode())


def test_a_fund_is_followed_from_delivery_to_delivery(chromium: Browser, system: System) -> None:
    visitor = Visitor(chromium, system, **LOOKS["light"]).sign_in("cedar-pension", "reviewer")
    page = visitor.page
    upload(visitor, ("october.csv", delivery("name missing", "unknown currency", day="2025-10-31")))
    open_first(visitor)
    upload(visitor, ("november.csv", delivery("unknown currency", "ISIN check digit", day="2025-11-30")))
    open_first(visitor)
    address = page.url

    panel = page.locator("#changes")
    expect(panel.locator("[data-kind=new]")).to_contain_text("New")
    expect(panel.locator("[data-kind=fixed] .tile-count")).not_to_have_text("0")
    accessible(visitor)
    panel.locator("[data-kind=fixed] a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#listed")).to_contain_text("Rows and values are those of no.")
    expect(page.locator("tr[data-rule='TPT-REQUIRED-17']").first).to_have_attribute("data-fixed", "1")
    accessible(visitor)
    visitor.screenshot("changes")
    changed = page.url

    page.get_by_role("link", name="Trends", exact=True).click()
    expect(page.locator("svg.trend-chart")).to_have_count(2)
    expect(page.locator("tr[data-rule='TPT-REQUIRED-17']")).to_have_attribute("data-status", "over")
    expect(page.locator("tr[data-rule='TPT-R03-ISIN-14']")).to_have_attribute("data-status", "new")
    page.get_by_text("The same as a table").click()
    expect(page.locator("[data-point]")).to_have_count(2)
    accessible(visitor)
    visitor.screenshot("trends")
    page.locator("tr[data-rule='TPT-R03-ISIN-14'] th a").click()
    expect(page.get_by_label("Rule", exact=True)).to_have_value("TPT-R03-ISIN-14")

    page.goto(f"/rulebook/?template=TPT&q={RULE}")
    page.locator(f"tr[data-rule='{RULE}'] select").select_option("warning")
    page.get_by_role("button", name="Preview").click()
    row = page.locator(f"[data-preview='{RULE}']")
    expect(row).to_contain_text("Error")
    expect(row).to_contain_text("Warning")
    expect(page.locator(f"tr[data-rule='{RULE}'] select")).to_have_value("warning")
    accessible(visitor)
    visitor.screenshot("rulebook-preview")

    page.goto(f"/rules/TPT/7.0/{RULE}/")
    expect(page.locator("[data-example] mark")).to_have_text("EURO")
    accessible(visitor)
    visitor.screenshot("rule-example")
    page.goto("/rules/TPT/7.0/TPT-P05-CONSTANT-5/")
    expect(page.get_by_text("These rows are right")).to_be_visible()
    accessible(visitor)
    visitor.screenshot("rule-example-rows")

    state = visitor.context.storage_state()
    visitor.context.close()
    pictures = (
        (address, "submission-changed"),
        (changed, "changes"),
        ("/trends/", "trends"),
        (f"/rules/TPT/7.0/{RULE}/", "rule-example"),
        ("/rules/TPT/7.0/TPT-P05-CONSTANT-5/", "rule-example-rows"),
    )
    for name in ("dark", "narrow"):
        other = Visitor(chromium, system, storage_state=state, **LOOKS[name])
        for place, picture in pictures:
            other.page.goto(place)
            if place == address:
                other.page.wait_for_selector(f"{DONE} #changes .tiles")
            accessible(other)
            other.screenshot(f"{picture}-{name}")
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert other.page.evaluate(wide) <= 0, f"{place} scrolls sideways"
        other.context.close()


def test_a_mapping_is_looked_at_before_it_is_saved(visitor: Visitor) -> None:
    visitor.sign_in("cedar-pension", "reviewer")
    page = visitor.page
    unknown = b"A_SEC;A_NAME;A_QTY;A_PX\nDE0001102580;Bund;10;99,5\nDE0001102598;Bund 2;20;98,5\n"
    upload(visitor, ("odd.csv", unknown))
    open_first(visitor)
    page.get_by_role("link", name="Map the columns").click()
    for number, key in {1: "isin", 2: "name", 3: "quantity", 4: "price"}.items():
        page.get_by_label(re.compile(f"^Field of column {number},")).select_option(key)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("[data-first-row]")).to_have_count(2)
    expect(page.locator("#preview")).to_contain_text("Bund 2")
    accessible(visitor)
    visitor.screenshot("mapping-preview")
    page.get_by_role("button", name="Save and check again").click()
    page.wait_for_selector(f"{DONE}[data-attempt='2']", timeout=60_000)
