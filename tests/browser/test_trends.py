"""Two deliveries of a fund in a real browser: what changed, the trend, a preview, a rule with examples."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import DONE, checked, follow, open_first, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.keys import choose, press
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
AT, RULE = "cedar-pension", "TPT-FORMAT-21"


def delivery(*kinds: str, day: str) -> bytes:
    """The same fund each time, at another date and with other mistakes."""
    return tpt(rows=40, kinds=kinds, seed=4711).csv().replace(b"2025-12-31", day.encode())


def test_a_fund_is_followed_from_delivery_to_delivery(visitor: Visitor, system: System) -> None:
    page = visitor.sign_in(AT, "reviewer").page
    october = ("october.csv", delivery("name missing", "unknown currency", day="2025-10-31"))
    november = ("november.csv", delivery("unknown currency", "ISIN check digit", day="2025-11-30"))
    checked(system, october, institution=AT)  # before the other, for what is compared
    page.goto(*checked(system, november, institution=AT))
    panel = page.locator("#changes")
    expect(panel.locator("[data-kind=new]")).to_contain_text("New")
    expect(panel.locator("[data-kind=fixed] .tile-count")).not_to_have_text("0")
    press(panel.locator("[data-kind=fixed] a"))
    expect(page.locator("#listed")).to_contain_text("Rows and values are those of no.")
    expect(page.locator("tr[data-rule='TPT-REQUIRED-17']").first).to_have_attribute("data-fixed", "1")
    visitor.stands("changes-fixed")

    press(page.get_by_role("link", name="Trends", exact=True))
    expect(page.locator("svg.trend-chart")).to_have_count(2)
    expect(page.locator("tr[data-rule='TPT-REQUIRED-17']")).to_have_attribute("data-status", "over")
    expect(page.locator("tr[data-rule='TPT-R03-ISIN-14']")).to_have_attribute("data-status", "new")
    press(page.get_by_text("The same as a table"))
    expect(page.locator("[data-point]")).to_have_count(2)
    visitor.stands("trends-table")
    press(page.locator("tr[data-rule='TPT-R03-ISIN-14'] th a"))
    rule = page.get_by_label("Rule", exact=True)
    expect(rule).to_have_value("TPT-R03-ISIN-14")
    choose(rule, "TPT-REQUIRED-17")
    follow(page.get_by_role("button", name="Show", exact=True), press)
    expect(page).to_have_url(re.compile("rule=TPT-REQUIRED-17"))
    expect(page.get_by_role("heading", name=re.compile("Errors and warnings"))).to_have_count(0)

    page.goto(f"/rulebook/?template=TPT&q={RULE}")
    choose(page.locator(f"tr[data-rule='{RULE}'] select"), "warning")
    press(page.get_by_role("button", name="Preview"))
    row = page.locator(f"[data-preview='{RULE}']")
    expect(row).to_contain_text("Error")
    expect(row).to_contain_text("Warning")
    expect(page.locator(f"tr[data-rule='{RULE}'] select")).to_have_value("warning")
    visitor.stands("rulebook-preview")

    page.goto(f"/rules/TPT/7.0/{RULE}/")
    expect(page.locator("[data-example] mark")).to_have_text("EURO")
    page.goto("/rules/TPT/7.0/TPT-P05-CONSTANT-5/")
    expect(page.get_by_text("These rows are right")).to_be_visible()
    visitor.stands("rule-example-rows")


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
    visitor.stands("mapping-preview")
    page.get_by_role("button", name="Save and check again").click()
    page.wait_for_selector(f"{DONE}[data-attempt='2']", timeout=60_000)
