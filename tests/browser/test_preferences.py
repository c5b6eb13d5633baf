"""How Fundgate speaks to a person, and how its pages stand in another language, on a wall and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_decisions import LOOKS
from tests.browser.test_walk import accessible, faulty, open_first, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System

pytestmark = [pytest.mark.system, pytest.mark.browser]
AT = "borealis-insurance"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LONG_LINES = """() => {
  const range = document.createRange();
  return [...document.querySelectorAll("main p")].filter((p) => {
    if (![...p.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) return false;
    range.selectNodeContents(p);
    const font = parseFloat(getComputedStyle(p).fontSize);
    return range.getBoundingClientRect().width > 50 * font;
  }).map((p) => p.textContent.trim());
}"""
"""Paragraphs of words, not of links alone, with lines of more than 50 em: some 100 characters."""


@pytest.fixture
def speaker(chromium: Browser, system: System) -> Iterator[Visitor]:
    """A person on a phone, who speaks the portal's first language again afterwards."""
    person = Visitor(chromium, system, **LOOKS["narrow"]).sign_in(AT, "viewer")
    yield person
    person.page.goto("/preferences/")
    person.page.locator("#id_language").select_option("")
    person.page.locator("form.panel button[type=submit]").click()
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    person.context.close()


def test_a_person_chooses_german_with_the_keyboard_and_reads_it_on_a_phone(
    speaker: Visitor, chromium: Browser, system: System
) -> None:
    uploader = Visitor(chromium, system, **LOOKS["light"]).sign_in(AT)
    upload(uploader, faulty())
    open_first(uploader)
    address = uploader.page.url
    uploader.context.close()

    page = speaker.page
    page.locator(".who-narrow a").press("Enter")
    expect(page.get_by_role("heading", name="Preferences")).to_be_visible()
    for look in LOOKS.values():
        page.set_viewport_size(look["viewport"])  # type: ignore[arg-type]
        page.emulate_media(color_scheme=look["color_scheme"])  # type: ignore[arg-type]
        accessible(speaker)
        assert page.evaluate(SIDEWAYS) <= 0
    page.get_by_label("Language").focus()
    page.keyboard.type("Deu")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Time zone")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_label("Sprache")).to_have_value("de")
    accessible(speaker)
    for place, picture in (("/", "home"), (address, "submission"), ("/preferences/", "preferences")):
        page.goto(place)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        accessible(speaker)
        speaker.screenshot(f"{picture}-german-narrow")
        assert page.evaluate(SIDEWAYS) <= 0, f"{place} scrolls sideways in German"


def test_a_submission_stands_on_a_wall_and_on_paper(visitor: Visitor) -> None:
    visitor.sign_in(AT)
    upload(visitor, faulty())
    open_first(visitor)
    page = visitor.page
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.wait_for_function("innerWidth === 3840")
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.locator("main p").count() > 5 and page.evaluate(LONG_LINES) == []
    visitor.screenshot("submission-wall")

    page.set_viewport_size({"width": 1280, "height": 900})
    unprinted = (".band", ".nav", ".foot", ".skip-link")
    for part in unprinted[:3]:
        expect(page.locator(part).first).to_be_visible()
    page.emulate_media(media="print")
    for part in unprinted:
        expect(page.locator(part).first).to_be_hidden()
    assert [button for button in page.locator("main .button").all() if button.is_visible()] == []
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("details.rule").first).to_be_visible()
    visitor.screenshot("submission-paper")
