"""Correct a delivery in the browser, hand it in, take it back; and check a file without handing it in."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.steps import DONE, attributes, checked, follow, leads_on, open_first, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System
from tests.tools.generate_samples import FAULTY, tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]


def faulty(seed: int) -> bytes:
    """A TPT with mistakes of a fund that no other test delivers."""
    table, fund = tpt(rows=40, kinds=FAULTY, seed=seed), f"LU{uuid.uuid4().hex[:10].upper()}"
    for row in table.rows:
        row["1"] = fund
    return table.csv()


def test_a_delivery_is_corrected_replaced_and_taken_back(visitor: Visitor, system: System) -> None:
    page, [first] = visitor.sign_in().page, checked(system, ("monthly.csv", faulty(811)))
    page.goto(first)
    follow(page.get_by_role("link", name="Correct it here"))
    expect(page.locator("#result")).to_contain_text("As the file is")

    cell = page.locator("tr[data-cell]", has=page.locator("[data-tone=bad]")).first
    name = str(cell.get_attribute("data-cell"))
    cell.locator("input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("not a value of any field")
    page.keyboard.press("Tab")
    expect(page.locator("#result")).to_contain_text("With one corrected cell")
    expect(page.locator("#rule-changes")).to_be_visible()
    visitor.accessible()
    with leads_on(page):
        page.get_by_role("button", name="Check again").press("Enter")
    corrected = page.locator(f"tr[data-cell='{name}'][data-changed]")
    expect(corrected).to_have_count(1)
    expect(corrected.locator("input")).to_have_value("not a value of any field")
    visitor.stands("corrections-changed")
    corrected.locator("input").fill("")
    page.locator("#id_other_row").fill("1")
    page.locator("#id_other_field").fill("17")
    follow(page.get_by_role("button", name="Check again"))
    page.locator("input[name='cell.1.17']").fill("Renamed share")
    page.get_by_label("Why does it replace").fill("Two typing mistakes.")
    follow(page.get_by_role("button", name="Save as a new submission"))
    page.wait_for_selector(DONE, timeout=60_000)
    second = page.url
    assert not second.endswith(first)

    chain = page.locator(".chain li")
    expect(chain).to_have_count(2)
    assert attributes(chain, "data-standing") == ["current", "replaced"]
    expect(page.locator(".chain")).to_contain_text("Two typing mistakes.")
    expect(page.get_by_text("Corrected in the browser from")).to_be_visible()
    visitor.stands("delivery-chain")
    page.goto(first)
    expect(
        page.get_by_text("A newer delivery for the same fund and date has taken its place")
    ).to_be_visible()

    page.goto(second)
    page.get_by_role("link", name="Withdraw").click()
    expect(page.locator("[data-becomes-current]")).to_be_visible()
    visitor.stands("withdraw-chain")
    page.get_by_label("Why is it withdrawn?").fill("It was the wrong month.")
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "WITHDRAWN")
    expect(page.locator("[data-withdrawal]")).to_contain_text("It was the wrong month.")
    expect(page.locator("details.rule").first).to_be_visible()  # what was found stays readable
    visitor.stands("withdrawn")
    page.goto(first)
    expect(page.locator(".chain li[data-standing=current]")).to_contain_text("this one")


def test_a_file_is_checked_without_being_handed_in(visitor: Visitor) -> None:
    visitor.sign_in()
    page, content = visitor.page, faulty(812)
    page.goto("/submissions/upload/")
    with leads_on(page):
        page.get_by_role("link", name=re.compile("^Check only")).press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Check only"))).to_have_attribute("aria-current", "page")
    chosen = {"name": "draft.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label(re.compile("choose")).set_input_files(chosen)  # type: ignore[arg-type]
    expect(page.locator("[data-outcome-list] > li[data-outcome=received]")).to_have_count(1)
    open_first(visitor)
    expect(page.locator("[data-check-only]").first).to_contain_text("this file is not handed in")
    visitor.stands("check-only")
    upload(visitor, ("real.csv", content))
    expect(page.locator("[data-outcome-list] > li[data-outcome=received]")).to_have_count(1)
    open_first(visitor)
    expect(page.locator("[data-check-only]")).to_have_count(0)
    expect(page.locator(".chain")).to_have_count(0)  # the check took nobody's place
