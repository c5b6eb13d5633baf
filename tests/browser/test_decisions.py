"""What an institution decides, in a real browser: which column is what, and how strictly it is checked."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_walk import DONE, SAMPLES, accessible, faulty, open_first, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System

pytestmark = [pytest.mark.system, pytest.mark.browser]
UNKNOWN = (SAMPLES / "unknown-layout.csv").read_bytes()
FIELDS = {4: "name", 5: "quantity", 6: "price", 7: "market_value"}
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}


def headed(mark: str) -> bytes:
    """The unknown layout with headers that no other test has used."""
    return UNKNOWN.replace(b"PMS_", f"PMS_{mark}_".encode())


def shown_verdict(visitor: Visitor, attempt: int, verdict: str) -> None:
    """Waits for the end of an attempt; compared with an earlier month even a good file has warnings."""
    visitor.page.wait_for_selector(f"{DONE}[data-attempt='{attempt}']", timeout=60_000)
    expect(visitor.page.locator("#live")).to_have_attribute("data-verdict", re.compile(verdict))


def column(visitor: Visitor, number: int, key: str) -> None:
    visitor.page.get_by_label(re.compile(f"^Field of column {number},")).select_option(key)


@pytest.mark.parametrize("scripts", [True, False], ids=["", "without-scripts"])
def test_an_unknown_layout_is_mapped_once_and_known_from_then_on(
    chromium: Browser, system: System, scripts: bool
) -> None:
    visitor = Visitor(chromium, system, java_script_enabled=True, **LOOKS["light"]).sign_in(role="reviewer")
    layout = headed("JS" if scripts else "PLAIN")
    upload(visitor, ("positions.csv", layout))
    open_first(visitor)
    shown_verdict(visitor, 1, "unreadable")
    address = visitor.page.url
    if not scripts:
        state = visitor.context.storage_state()
        visitor.context.close()
        visitor = Visitor(chromium, system, java_script_enabled=False, storage_state=state)
        visitor.page.goto(address)
    page = visitor.page
    page.get_by_role("link", name="Map the columns").click()
    column(visitor, 3, "")  # which was the ISIN, as its cells show
    page.get_by_role("button", name="Save and check again").click()
    expect(page.get_by_role("alert")).to_contain_text("Map the column with the ISIN")
    column(visitor, 3, "isin")
    column(visitor, 4, "isin")
    page.get_by_role("button", name="Save and check again").click()
    expect(page.locator("[data-column='4'] .field-error")).to_contain_text("Column 3 has this field already")
    for number, key in FIELDS.items():
        column(visitor, number, key)
    page.get_by_role("button", name="Save and check again").click()
    if scripts:
        shown_verdict(visitor, 2, "passed")
        accessible(visitor)
    else:
        expect(page.locator("#live")).to_have_attribute("data-verdict", "passed", timeout=60_000)
    expect(page.get_by_text("HOLDINGS 1.0").first).to_be_visible()
    page.goto("/mappings/")
    row = page.locator("[data-mapping]", has_text="positions.csv").first
    expect(row).to_contain_text("In use")
    if scripts:
        upload(visitor, ("next-month.csv", layout.replace(b"2025-12-31", b"2026-01-31")))
        open_first(visitor)
        shown_verdict(visitor, 1, "passed")
        expect(page.get_by_text("by the mapping saved for this layout")).to_be_visible()
        page.goto("/mappings/")
        expect(page.locator("[data-mapping]", has_text="positions.csv").first).to_contain_text("No. ")
    visitor.context.close()


def test_a_mapping_set_aside_is_asked_for_again(visitor: Visitor) -> None:
    visitor.sign_in(role="reviewer")
    page, layout = visitor.page, headed("ASIDE")
    upload(visitor, ("aside.csv", layout))
    open_first(visitor)
    page.get_by_role("link", name="Map the columns").click()
    for number, key in FIELDS.items():
        column(visitor, number, key)
    page.get_by_role("button", name="Save and check again").click()
    shown_verdict(visitor, 2, "passed")
    page.goto("/mappings/")
    page.locator("[data-mapping]", has_text="aside.csv").get_by_role("button", name="Set aside").click()
    expect(page.locator("[data-mapping]", has_text="aside.csv")).to_contain_text("Set aside")
    upload(visitor, ("aside-again.csv", layout.replace(b"2025-12-31", b"2026-01-31")))
    open_first(visitor)
    shown_verdict(visitor, 1, "unreadable")
    expect(page.get_by_role("link", name="Map the columns")).to_be_visible()


def test_an_uploader_is_told_who_may_map(visitor: Visitor) -> None:
    visitor.sign_in()
    upload(visitor, ("asking.csv", headed("WHO")))
    open_first(visitor)
    expect(visitor.page.get_by_text("a colleague who is a reviewer or administrator")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Map the columns")).to_have_count(0)


def test_a_rule_that_is_switched_off_changes_the_next_verdict_which_says_so(visitor: Visitor) -> None:
    visitor.sign_in("borealis-insurance", "reviewer")  # whose rulebook no other test looks at
    page = visitor.page
    upload(visitor, faulty())
    open_first(visitor)
    address = page.url
    rule = page.locator("details.rule[data-severity=error]").first.get_attribute("data-rule")
    before = page.locator("details.rule").count()
    expect(page.locator("[data-no-rulebook]")).to_contain_text("None")

    page.goto(f"/rulebook/?template=TPT&q={rule}")
    page.locator(f"tr[data-rule='{rule}'] select").select_option("off")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#id_reason_error")).to_contain_text("Say in a few words why")
    expect(page.locator(f"tr[data-rule='{rule}'] select")).to_have_value("off")
    page.get_by_label("Why is it changed?").fill("Our custodian cannot deliver it.")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("Rulebook no. 1 is in force")).to_be_visible()
    expect(page.locator(f"[data-changed='{rule}']")).to_contain_text("Off")
    accessible(visitor)

    page.goto(address)
    page.get_by_role("button", name="Run again").click()
    page.wait_for_selector(f"{DONE}[data-attempt='2']", timeout=60_000)
    assert page.locator("details.rule").count() == before - 1
    expect(page.locator(f"details.rule[data-rule='{rule}']")).to_have_count(0)
    page.locator("[data-rulebook]").get_by_role("link", name="No. 1").click()
    expect(page.get_by_text("Our custodian cannot deliver it.")).to_be_visible()
    accessible(visitor)
    visitor.screenshot("rulebook-version")


def test_a_rule_of_one_s_own_is_explained_where_it_cannot_be_understood(visitor: Visitor) -> None:
    visitor.sign_in(role="reviewer")
    page = visitor.page
    page.goto("/rulebook/")
    page.get_by_role("link", name="Add a rule of your own").click()
    page.get_by_label("Field where").fill("26")
    page.get_by_label("What must hold there").fill("26 <=")
    page.get_by_label("Title").fill("No position above 10 %")
    page.get_by_label("Message").fill("The weight is above 10 %.")
    page.get_by_label("Why is it changed?").fill("Our limit.")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#id_expect_error")).to_be_visible()
    accessible(visitor)
    visitor.screenshot("own-rule-problem")
    page.get_by_label("What must hold there").fill("26 <= 0.1")
    page.get_by_role("button", name="Save as a new version").click()
    own = page.locator("[data-own='OWN-1']")
    expect(own).to_contain_text("26 <= 0.1")
    own.get_by_role("link").click()
    page.get_by_label("Why is it changed?").fill("The limit is gone.")
    page.get_by_role("button", name="Remove this rule").click()
    expect(page.locator("[data-own]")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_stand_in_every_light_and_on_a_phone(chromium: Browser, system: System, look: str) -> None:
    visitor = Visitor(chromium, system, **LOOKS[look]).sign_in(role="reviewer")
    page = visitor.page
    upload(visitor, (f"{look}.csv", headed(look)))
    open_first(visitor)
    mapping = f"{page.url}columns/"
    for address, name in (
        (page.url, "submission-unknown"),
        (mapping, "map"),
        (f"{mapping}?template=TPT-7.0", "map-tpt"),
        ("/mappings/", "mappings"),
        ("/rulebook/?show=warning", "rulebook"),
        ("/rulebook/own/", "own-rule"),
    ):
        page.goto(address)
        accessible(visitor)
        visitor.screenshot(f"{name}-{look}")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{address} scrolls sideways by {wider} px"
    visitor.context.close()
