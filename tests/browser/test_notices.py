"""What people and systems are told, in a real browser: bell, choices, mailbox, webhooks."""

import io
import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import follow, leads_on, open_first, open_until, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.receiver import Receiver
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
AT = "cedar-pension"


def delivery(seed: int) -> tuple[str, bytes]:
    return f"notices-{seed}.csv", tpt(rows=6, seed=seed).csv()


def reload_until(visitor: Visitor, selector: str, words: str) -> None:
    """Opens the page anew, as its words advise, until it says so."""
    first = visitor.page.locator(selector).first.filter(has_text=words)
    open_until(visitor.page, visitor.page.url, lambda: first.count() > 0)


def nothing_new(visitor: Visitor) -> None:
    """Whatever other tests brought about at this institution has been read."""
    visitor.page.goto("/notices/")
    read = visitor.page.get_by_role("button", name="Mark all as read")
    if read.count():
        with leads_on(visitor.page):
            read.press("Enter")
        expect(read).to_have_count(0)


def test_a_verdict_rings_the_bell_and_comes_by_e_mail_where_that_is_wished(visitor: Visitor) -> None:
    visitor.sign_in(AT)
    nothing_new(visitor)
    page = visitor.page
    page.goto("/notices/settings/")
    page.get_by_label("A file has been checked: by e-mail").focus()
    page.keyboard.type("At")
    with leads_on(page):
        page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_label("A file has been checked: by e-mail")).to_have_value("now")
    upload(visitor, delivery(6101))
    open_first(visitor)
    address, number = page.url, re.search(r"\d+", page.locator("h1, .subline").first.text_content() or "")
    reload_until(visitor, ".bell-count", "1")
    page.locator(".bell").press("Enter")
    told = page.locator("[data-event='submission.completed'][data-unread]").first
    expect(told).to_contain_text("New")
    visitor.stands("notices-unread")
    with leads_on(page):
        told.get_by_role("link").press("Enter")
    expect(page).to_have_url(address)
    expect(page.locator(".bell-count")).to_have_count(0)
    assert number is not None
    letters = page.get_by_role("link", name=re.compile(r"^\[Fundgate\] No"))
    open_until(page, "/mailbox/", lambda: letters.count() > 0)
    letters.first.click()
    letter = page.locator(".letter")
    expect(letter).to_contain_text("Hello Uploader of Cedar Pension Fund")
    letter.get_by_role("link").first.click()
    expect(page).to_have_url(address)


def test_a_webhook_is_signed_fails_and_is_sent_again(
    visitor: Visitor, system: System, receiver: Receiver
) -> None:
    visitor.sign_in(AT, "admin")
    page = visitor.page
    page.goto("/webhooks/")
    page.get_by_label("Address").fill("https://user@hooks.example.com/?key=1")
    page.get_by_role("button", name="Add and show the secret").click()
    expect(page.get_by_role("alert")).to_contain_text("Leave out user name, query and fragment")
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_role("button", name="Add and show the secret").press("Enter")
    secret = page.locator("[data-secret]").text_content() or ""
    visitor.stands("webhook-secret")
    follow(page.get_by_role("link", name="I have copied it"))
    assert secret not in page.content()
    follow(page.get_by_role("button", name="Send a test"))
    reload_until(visitor, "[data-delivery]", "Delivered")
    assert [message["type"] for message in receiver.signed_by(secret)] == ["ping"]

    receiver.status = 410
    api = system.api(AT)
    name, content = delivery(6102)
    done = api.wait(api.submit(name, io.BytesIO(content))["id"])
    reload_until(visitor, "[data-delivery]", "Failed")
    expect(page.locator("[data-delivery]").first.locator(".attempts")).to_contain_text("410")
    visitor.stands("webhook-failed")
    receiver.status = 204
    follow(page.get_by_role("button", name=re.compile("^Send again")).first)
    reload_until(visitor, "[data-delivery]", "Delivered")
    told = receiver.signed_by(secret)[-1]
    assert (told["type"], told["data"]["subject"]) == ("submission.completed", done["id"])
    assert told["data"]["verdict"] == done["verdict"]
    again = [headers["webhook-id"] for headers, _ in receiver.got[-2:]]
    assert again[0] == again[1], "the receiver sees that it knows this message"

    page.get_by_role("button", name="Make a new secret").click()
    newer = page.locator("[data-secret]").text_content() or ""
    assert newer != secret
    follow(page.get_by_role("link", name="I have copied it"))
    follow(page.get_by_role("button", name="Send a test"))
    reload_until(visitor, "[data-delivery]", "Delivered")
    both = receiver.signed_by(secret)[-1], receiver.signed_by(newer)[-1]
    assert both[0] == both[1], "for a day both secrets sign"
    page.get_by_role("button", name="Remove this webhook").click()
    expect(page.get_by_text("No system is told yet")).to_be_visible()
    # the institution's admins were told that the delivery failed
    failing = page.locator("[data-event='webhook.failing']")
    open_until(page, "/notices/", lambda: failing.count() > 0)
    expect(failing.first).to_be_visible()
