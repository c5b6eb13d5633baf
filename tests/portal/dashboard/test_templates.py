"""For every template: nothing a strict policy blocks, nothing from elsewhere, forms with tokens."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client

from ingestion.web.states import State
from tests.portal.dashboard.conftest import Make

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path for path in FOLDER.rglob("*") if path.suffix in {".html", ".svg"})
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
STYLES = sorted((Path(settings.BASE_DIR) / "static" / "css").glob("*.css"))
NAMES = [str(path.relative_to(FOLDER)) for path in TEMPLATES]


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_template_has_inline_handlers_styles_or_scripts(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<[^>]+\son\w+\s*=", text), "an event handler"
    assert not re.search(r"<[^>]+\sstyle\s*=", text), "a style attribute"
    assert not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"javascript:|hx-on|hx-vals=.js:|hx-vars", text), "script in an attribute"
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "nonce=" in script and " src=" in script, script


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_template_loads_anything_from_elsewhere(path: Path) -> None:
    text = path.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", text)


@pytest.mark.parametrize("path", STYLES, ids=[path.name for path in STYLES])
def test_no_style_sheet_loads_anything(path: Path) -> None:
    assert "url(" not in path.read_text()
    assert "@import" not in path.read_text()


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(FOLDER)) for path in PAGES])
def test_every_template_compiles_and_its_post_forms_carry_a_token(path: Path) -> None:
    get_template(str(path.relative_to(FOLDER)))
    for form in re.findall(r'<form\b[^>]*method="post".*?</form>', path.read_text(), re.S):
        assert "{% csrf_token %}" in form


def test_pages_share_skip_link_one_heading_and_labelled_landmarks(uploader: Client, make: Make) -> None:
    submission = make(State.RUNNING)
    for address in ("/submissions/", "/submissions/upload/", f"/submissions/{submission.id}/"):
        page = uploader.get(address).content.decode()
        assert page.index('class="skip-link" href="#main"') < page.index("<header")
        assert page.count("<h1") == 1
        assert page.count("<main") == 1
        assert '<html lang="en"' in page
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), "an id that stands twice"
        for label in re.findall(r'aria-labelledby="([^"]+)"', page):
            assert label in ids
        for target in re.findall(r'<label for="([^"]+)"', page):
            assert target in ids


def test_every_script_carries_the_nonce_of_its_response(uploader: Client) -> None:
    response = uploader.get("/submissions/upload/")
    nonce = re.search(r"'nonce-([^']+)'", response["Content-Security-Policy"])
    assert nonce
    scripts = re.findall(r"<script\b[^>]*>", response.content.decode())
    assert len(scripts) >= 3
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)


@pytest.mark.parametrize(
    ("cookie", "mark"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')]
)
def test_the_chosen_colours_are_drawn_by_the_server(uploader: Client, cookie: str, mark: str) -> None:
    uploader.cookies["fg_theme"] = cookie
    assert f'<html lang="en"{mark}>' in uploader.get("/submissions/").content.decode()


def test_colours_nobody_offers_are_left_out(uploader: Client) -> None:
    uploader.cookies["fg_theme"] = '"><script>'
    assert '<html lang="en">' in uploader.get("/submissions/").content.decode()
