"""What an institution decides, in a real browser: which column is what, and how strictly it is checked."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import DONE, SAMPLES, checked, faulty, follow
from tests.fixtures.browser import Visitor
from tests.fixtures.keys import choose, press, write
from tests.fixtures.system import System

pytestmark = [pytest.mark.system, pytest.mark.browser]
UNKNOWN = (SAMPLES / "unknown-layout.csv").read_bytes()
FIELDS = {4: "name", 5: "quantity", 6: "price", 7: "market_value"}


def headed(mark: str) -> bytes:
    """The unknown layout with headers that no other test has used."""
    return UNKNOWN.replace(b"PMS_", f"PMS_{mark}_".encode())


def shown_verdict(visitor: Visitor, attempt: int, verdict: str) -> None:
    """Waits for the end of an attempt; compared with an earlier month even a good file has warnings."""
    visitor.page.wait_for_selector(f"{DONE}[data-attempt='{attempt}']", timeout=60_000)
    expect(visitor.page.locator("#live")).to_have_attribute("data-verdict", re.compile(verdict))


def by_mouse(visitor: Visitor, number: int, key: str) -> None:
    visitor.page.get_by_label(re.compile(f"^Field of column {number},")).select_option(key)


def by_keyboard(visitor: Visitor, number: int, key: str) -> None:
    choose(visitor.page.get_by_label(re.compile(f"^Field of column {number},")), key)


@pytest.mark.parametrize("scripts", [True, False], ids=["", "without-scripts"])
def test_an_unknown_layout_is_mapped_once_and_known_from_then_on(
    chromium: Browser, system: System, scripts: bool
) -> None:
    visitor = Visitor(chromium, system, java_script_enabled=scripts).sign_in(role="reviewer")
    page, layout = visitor.page, headed("JS" if scripts else "PLAIN")
    page.goto(*checked(system, ("positions.csv", layout), role="reviewer"))
    expect(page.locator(DONE)).to_have_attribute("data-verdict", "unreadable")
    column = by_keyboard if scripts else by_mouse
    press(page.get_by_role("link", name="Map the columns"))
    column(visitor, 3, "")  # which was the ISIN, as its cells show
    press(page.get_by_role("button", name="Save and check again"))
    expect(page.get_by_role("alert")).to_contain_text("Map the column with the ISIN")
    expect(page.get_by_role("alert")).to_be_focused()
    column(visitor, 3, "isin")
    column(visitor, 4, "isin")
    press(page.get_by_role("button", name="Save and check again"))
    expect(page.locator("[data-column='4'] .field-error")).to_contain_text("Column 3 has this field already")
    if scripts:
        visitor.stands("mapping-problem")
    for number, key in FIELDS.items():
        column(visitor, number, key)
    press(page.get_by_role("button", name="Save and check again"))
    if scripts:
        shown_verdict(visitor, 2, "passed")
    else:
        expect(page.locator(DONE)).to_have_attribute("data-verdict", "passed", timeout=60_000)
    expect(page.get_by_text("HOLDINGS 1.0").first).to_be_visible()
    page.goto("/mappings/")
    row = page.locator("[data-mapping]", has_text="positions.csv").first
    expect(row).to_contain_text("In use")
    if scripts:
        following = ("next-month.csv", layout.replace(b"2025-12-31", b"2026-01-31"))
        page.goto(*checked(system, following, role="reviewer"))
        shown_verdict(visitor, 1, "passed")
        expect(page.get_by_text("by the mapping saved for this layout")).to_be_visible()
        page.goto("/mappings/")
        expect(page.locator("[data-mapping]", has_text="positions.csv").first).to_contain_text("No. ")
    visitor.context.close()


def test_a_mapping_set_aside_is_asked_for_again(visitor: Visitor, system: System) -> None:
    page, layout = visitor.sign_in(role="reviewer").page, headed("ASIDE")
    page.goto(*checked(system, ("aside.csv", layout), role="reviewer"))
    page.get_by_role("link", name="Map the columns").click()
    for number, key in FIELDS.items():
        by_mouse(visitor, number, key)
    page.get_by_role("button", name="Save and check again").click()
    shown_verdict(visitor, 2, "passed")
    page.goto("/mappings/")
    page.locator("[data-mapping]", has_text="aside.csv").get_by_role("link", name="Versions").click()
    page.get_by_label("Why is it changed?").fill("It reads the wrong column.")
    page.get_by_role("button", name="Set aside").click()
    expect(page.locator("[data-number='2']")).to_contain_text("It reads the wrong column.")
    following = ("aside-again.csv", layout.replace(b"2025-12-31", b"2026-01-31"))
    page.goto(*checked(system, following, role="reviewer"))
    shown_verdict(visitor, 1, "unreadable")
    expect(page.get_by_role("link", name="Map the columns")).to_be_visible()


def test_an_uploader_is_told_who_may_map(visitor: Visitor, system: System) -> None:
    visitor.sign_in().page.goto(*checked(system, ("asking.csv", headed("WHO"))))
    expect(visitor.page.get_by_text("a colleague who is a reviewer or administrator")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Map the columns")).to_have_count(0)


def test_a_rule_that_is_switched_off_changes_the_next_verdict_which_says_so(
    visitor: Visitor, system: System
) -> None:
    """In an institution whose rulebook no other test on this system looks at."""
    page = visitor.sign_in("borealis-insurance", "reviewer").page
    [address] = checked(system, faulty(), institution="borealis-insurance", role="reviewer")
    page.goto(address)
    rule = page.locator("details.rule[data-severity=error]").first.get_attribute("data-rule")
    before = page.locator("details.rule").count()
    expect(page.locator("[data-no-rulebook]")).to_contain_text("None")

    page.goto(f"/rulebook/?template=TPT&q={rule}")
    choose(page.locator(f"tr[data-rule='{rule}'] select"), "off")
    press(page.get_by_role("button", name="Save as a new version"))
    expect(page.locator("#id_reason_error")).to_contain_text("Say in a few words why")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator(f"tr[data-rule='{rule}'] select")).to_have_value("off")
    write(page.get_by_label("Why is it changed?"), "Our custodian cannot deliver it.")
    press(page.get_by_role("button", name="Save as a new version"))
    expect(page.get_by_text("Rulebook no. 1 is in force")).to_be_visible()
    expect(page.locator(f"[data-changed='{rule}']")).to_contain_text("Off")
    visitor.stands("rulebook-changed")

    page.goto(address)
    follow(page.get_by_role("button", name="Run again"))
    page.wait_for_selector(f"{DONE}[data-attempt='2']", timeout=60_000)
    expect(page.locator("details.rule")).to_have_count(before - 1)
    expect(page.locator(f"details.rule[data-rule='{rule}']")).to_have_count(0)
    follow(page.locator("[data-rulebook]").get_by_role("link", name="No. 1"))
    expect(page.get_by_text("Our custodian cannot deliver it.")).to_be_visible()


def test_a_rule_of_one_s_own_is_explained_where_it_cannot_be_understood(visitor: Visitor) -> None:
    visitor.sign_in(role="reviewer")
    page = visitor.page
    page.goto("/rulebook/")
    press(page.get_by_role("link", name="Add a rule of your own"))
    write(page.get_by_label("Field where"), "26")
    write(page.get_by_label("What must hold there"), "26 <=")
    write(page.get_by_label("Title"), "No position above 10 %")
    write(page.get_by_label("Message"), "The weight is above 10 %.")
    write(page.get_by_label("Why is it changed?"), "Our limit.")
    press(page.get_by_role("button", name="Save as a new version"))
    expect(page.locator("#id_expect_error")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_focused()
    visitor.stands("own-rule-problem")
    write(page.get_by_label("What must hold there"), "26 <= 0.1")
    press(page.get_by_role("button", name="Save as a new version"))
    own = page.locator("[data-own='OWN-1']")
    expect(own).to_contain_text("26 <= 0.1")
    follow(own.get_by_role("link"), press)
    write(page.get_by_label("Why is it changed?"), "The limit is gone.")
    follow(page.get_by_role("button", name="Remove this rule"), press)
    expect(page.get_by_role("link", name="Add a rule of your own")).to_be_visible()
    expect(page.locator("[data-own]")).to_have_count(0)
