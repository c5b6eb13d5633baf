"""How people come in and go about: invited, signed in with the letter's password, led by the navigation."""

import re
from email import message_from_bytes, policy

from playwright.sync_api import Page, expect

from infra.local import demo
from tests.browser.steps import follow
from tests.fixtures.browser import Visitor


def tab(page: Page, name: str) -> None:
    """To a page of the institution, as its navigation leads there."""
    follow(page.get_by_role("navigation", name="Main").get_by_role("link", name="Institution"))
    follow(page.locator("nav.tabs").get_by_role("link", name=name, exact=True))


def invite(page: Page, email: str, name: str, role: str) -> None:
    tab(page, "Members")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Role", exact=True).select_option(role)
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status").filter(has_text=f"on its way to {email}")).to_be_visible()


def come_in(person: Visitor, email: str) -> Visitor:
    """The first sign-in, with the password of the letter and then one of the person's own."""
    letters = (message_from_bytes(path.read_bytes(), policy=policy.default)
               for path in (person.system.home / "mail").glob("*.eml"))  # fmt: skip
    [letter] = [each for each in letters if each["To"] == email]
    password = re.search(r"password (\S+) within", letter.get_content())
    assert password
    page = person.page
    page.goto("/")
    page.get_by_role("link", name=re.compile("sign in", re.I)).first.click()
    for fields in ({"username": email, "password": password[1]},
                   {"new_password": demo.PASSWORD, "confirm_password": demo.PASSWORD}):  # fmt: skip
        for name, text in fields.items():
            page.locator(f"input[name={name}]").fill(text)
        page.keyboard.press("Enter")
    page.wait_for_url(f"{person.system.url}/**")
    return person
