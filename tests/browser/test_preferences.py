"""How Fundgate speaks to a person, and how its pages stand in another language, on a wall and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import checked, faulty, follow
from tests.fixtures.browser import Visitor
from tests.fixtures.keys import choose, press, tab_to
from tests.fixtures.looks import sideways
from tests.fixtures.system import System

pytestmark = [pytest.mark.system, pytest.mark.browser]
AT = "borealis-insurance"
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
    person = Visitor(chromium, system, "narrow").sign_in(AT, "viewer")
    yield person
    person.page.goto("/preferences/")
    person.page.locator("#id_language").select_option("")
    follow(person.page.locator("form.panel button[type=submit]"))
    expect(person.page.locator("html")).to_have_attribute("lang", "en")
    person.context.close()


def test_a_person_chooses_german_with_the_keyboard_and_reads_it_on_a_phone(
    speaker: Visitor, system: System
) -> None:
    page, [address] = speaker.page, checked(system, faulty(), institution=AT)
    press(page.locator(".who-narrow a"))
    expect(page.get_by_role("heading", name="Preferences")).to_be_visible()
    choose(page.get_by_label("Language"), "de")
    tab_to(page.get_by_label("Time zone"), most=1)
    follow(page.get_by_role("button", name="Save"), press)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_label("Sprache")).to_have_value("de")
    for place, picture in (("/", "home"), (address, "submission"), ("/preferences/", "preferences")):
        page.goto(place)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        speaker.accessible()
        speaker.screenshot(f"{picture}-german-narrow")
        assert sideways(page) <= 0, f"{place} scrolls sideways in German"


def test_a_submission_stands_on_a_wall_and_on_paper(visitor: Visitor, system: System) -> None:
    page = visitor.sign_in(AT).page
    page.goto(*checked(system, faulty(), institution=AT))
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.wait_for_function("innerWidth === 3840")
    assert sideways(page) <= 0
    assert page.locator("main p").count() > 5 and page.evaluate(LONG_LINES) == []
    visitor.screenshot("submission-wall")

    page.set_viewport_size({"width": 1280, "height": 900})
    unprinted = (".band", ".nav", ".foot", ".skip-link")
    for part in unprinted[:3]:
        expect(page.locator(part).first).to_be_visible()
    page.emulate_media(media="print")
    for part in unprinted:
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator("main .button:visible")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("details.rule").first).to_be_visible()
    visitor.screenshot("submission-paper")
