"""Every word that a page says of its own can be said in another language."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.test import Client
from django.urls import reverse
from django.utils import dates, translation

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.catalogue import find_entry, select
from ingestion.pipeline.codefamilies.cic import name_cic
from ingestion.pipeline.materials.rule_examples import rule_example
from ingestion.pipeline.materials.wording import type_of
from ingestion.pipeline.pack.lists import cic_table
from ingestion.pipeline.pack.registry import packs
from ingestion.web.state_machine import state_machine
from portal.accounts.models import Institution
from tests.fixtures.canary import two_months
from tests.portal import accepting, exchange, operating, programs, reviews, shared
from tests.portal.custody import subjects as custody
from tests.portal.dashboard.conftest import OWN, UNKNOWN, Make, member, sign_in
from tests.portal.dashboard.delivered import delivered
from tests.portal.dashboard.test_actions import own_session, parking  # noqa: F401
from tests.portal.decided import deployed, expectation, mapping  # noqa: F401
from tests.portal.key_history import key_history  # noqa: F401
from tests.portal.notices import subjects as notices
from tests.portal.pages import pages
from tests.tools.messages import catalogue

OPEN, CLOSE = "\u27e6", "\u27e7"
SPOKEN = ("aria-label", "title", "placeholder", "alt")
RULE = "TPT-LIST-32"
FILES = {
    "annotated", "findings_csv", "findings_json", "findings_xlsx", "open_notice", "original", "receipt",
    "table", "template_file", "audit_export", "received_file", "received_findings", "look_through_csv",
    "access_csv", "access_log_export", "takeout_part",
}  # fmt: skip
CONDITIONS = {
    "12 in class 1 2", "32 = Fixed|Floating", "47 filled and 48 empty", "39 >= [6], 6 <= today",
    '14 matches "[A-Z]{2}.*"',
}  # fmt: skip
"""The language of rules is the same in every language."""
OF_NO_LANGUAGE = {"csv", "Parquet", "xls", "xlsx", "utf", "Fundgate", "Deutsch", "English", "Français"}
_CODE = re.compile(r"\S*\d\S*|\w+[._@/:-]\w\S*|\b[A-Z_]{2,}\b|\w*[a-z][A-Z]\w*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_EDGES = " ,.:;·()…→–"


@pytest.fixture
def marked(settings: Any, tmp_path: Path) -> None:
    """German in which every text of ours is the English one in brackets."""
    catalog = Catalog(locale="de")
    for message in catalogue("de"):
        if message.id:
            texts = tuple(f"{OPEN}{form}{CLOSE}" for form in _forms(message.id))
            catalog.add(message.id, texts if len(texts) > 1 else texts[0], context=message.context)
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS = [tmp_path]


def _forms(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (list, tuple)) else (text,)


class Spoken(HTMLParser):
    """What a page says: its texts, and the attributes that are read aloud or shown later."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style", "code", "pre")
        spoken = [text for name, text in attrs if name in SPOKEN or name.startswith("data-words")]
        self.said += [text for text in spoken if text]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "code", "pre")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.said.append(" ".join(data.split()))


def unmarked(said: str) -> str:
    """What of a text stands outside of all brackets."""
    left, depth = [], 0
    for sign in said:
        depth += (sign == OPEN) - (sign == CLOSE)
        left += [sign] if not depth and sign != CLOSE else [" "]
    return "".join(left).strip(_EDGES)


def texts_of_templates() -> Iterator[str]:
    """Names, code lists and rules of the templates, which are English in every language."""
    for pack in packs().values():
        yield pack.title
        yield from (profile.title for profile in pack.profiles.values())
        for field in pack.fields.values():
            yield from (field.key, field.label, field.section, type_of(field))
            for code, meaning in field.codes.items():
                yield from (meaning, f"{code} {meaning}")
    yield from (f"{letter} {name}" for letter, (name, _) in cic_table().items())
    for entry in select():
        rule = entry.rule
        yield from (rule.title, rule.explanation, rule.how_to_fix, rule.reference)
    shown = find_entry("TPT", "7.0", "TPT-P02-NET-ASSETS")  # the one whose page is looked at
    if shown and (example := rule_example(shown.pack, shown.rule)):
        yield example.message


def texts_of_files(*files: bytes) -> Iterator[str]:
    """Cells of deliveries, and what rules say of them."""
    for data in files:
        table = parse_file(data, inspect_file(data))
        for column in table.columns.values():
            yield from map(str, column.values)
            yield from map(name_cic, column.values)
        yield from (str(finding["message"]) for finding in validate(table).findings.to_pylist())


def words_left(said: set[str], data: set[str]) -> set[str]:
    """Texts with words that are neither translated nor data."""
    data = {text.strip(_EDGES) for text in data}
    longest = sorted((text for text in data if _WORD.search(text)), key=len, reverse=True)
    left = set()
    for text in said - data:
        rest = text
        for known in longest:
            if known in rest:
                rest = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", " ", rest)
        if set(_WORD.findall(_CODE.sub(" ", rest))) - OF_NO_LANGUAGE:
            left.add(text)
    return left


@pytest.fixture
def said(
    store: Any,
    make: Make,
    alpine: Institution,
    marked: None,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    settings: Any,
) -> dict[str, set[str]]:
    """What an administrator reads on every page outside of brackets, by the page's name."""
    settings.FUNDGATE_MAILBOX = tmp_path
    admin = member(alpine, "ada", "admin")
    client = sign_in(admin, "alpine-am", headers={"accept-language": "de"})
    months = list(two_months(31, "Invented", "Wrong").items())
    *_, latest = (delivered(store, make, data, file_name=name) for name, data in months)
    for needed in ("rulebook", "deployed", "receipt_key", "key_history"):
        request.getfixturevalue(needed)
    borealis = request.getfixturevalue("borealis")
    subjects = {
        "copy_id": shared.received_by(alpine, borealis, store, make, next(iter(dict(months).values()))).pk,
        "submission_id": latest.id,
        "map_columns.submission_id": request.getfixturevalue("unknown").id,
        "accept_rule.rule_id": reviews.warning()[0],
        "acceptance_id": reviews.acceptance_of(latest).id,
        "expectation_id": request.getfixturevalue("expectation").id,
        "fingerprint": request.getfixturevalue("mapping").fingerprint,
        "endpoint_id": notices.endpoint(alpine, latest.uploaded_by).id,
        "member_id": latest.uploaded_by_id,
        "account_id": programs.arguments("revoke_api_token", alpine, latest.uploaded_by)[0],
        "hold_id": custody.hold_of(alpine, admin).pk,
        "takeout_id": custody.takeout_of(alpine, admin).pk,
        "notice_id": notices.notice(admin, alpine).pk,
        "letter.name": notices.arguments("letter", alpine, latest.uploaded_by, admin, tmp_path)[0],
        "recovery_id": operating.recovery_of(alpine).pk,
    } | exchange.subjects(alpine, admin)
    subjects |= accepting.subjects(store, latest, admin, request.getfixturevalue("rulebook"))
    operating.key_of(alpine, admin)
    found = {"missing": read(client, "/submissions/nothing/", 404)}
    for page in pages(
        {name: str(value) for name, value in subjects.items()}, {"value": "Wrong", "rule": RULE}
    ):
        if page.name not in FILES and not page.of_api and page.name != "accept_rule":
            found[page.name] = found.get(page.name, set()) | read(client, page.address)
    operator = sign_in(operating.operator("olga"), headers={"accept-language": "de"})
    for name in ("operators", "platform_health", "recoveries", "operator_recovery"):
        address = reverse(name, args=operating.arguments(name, alpine, admin))
        found[name] = read(operator, address)
    return found


def read(client: Client, address: str, status: int = 200) -> set[str]:
    """The unmarked texts of a page."""
    answer = client.get(address)
    assert answer.status_code == status, address
    page = Spoken()
    page.feed(answer.content.decode())
    assert any(OPEN in text for text in page.said) or not page.said, address
    return {unmarked(text) for text in page.said}


def test_every_page_can_be_said_in_another_language(said: dict[str, set[str]], make: Make) -> None:
    with translation.override("de"):
        calendar = map(str, (*dates.MONTHS.values(), *dates.WEEKDAYS.values(), *dates.WEEKDAYS_ABBR.values()))
        own = {*calendar, *state_machine().states, *available_timezones()}
    own |= {zone.replace("_", " ") for zone in available_timezones()}
    own |= {
        "Alpine Asset Management",
        "Borealis Insurance",
        "Cedar Pension",
        "Look-through.",
        "Ada",
        "Anna",
        "It was agreed.",
        "Known.",
        "olga",
        "otto",
        "Subject",
        "Body",
    }
    own |= {"true", "false"}  # cells of tables
    own |= {"https://hooks.example.com/fundgate", "ab" * 6, "ab" * 32, *CONDITIONS}
    own |= {OWN["title"], OWN["message"], *UNKNOWN.decode().replace("\n", ";").split(";")}
    own |= set(texts_of_templates()) | set(texts_of_files(*two_months(31, "Invented", "Wrong").values()))
    assert len(said) >= 40
    left = {name: words for name, texts in said.items() if (words := words_left(texts, own))}
    assert left == {}


def test_a_word_of_the_page_s_own_would_be_found() -> None:
    said = {"Row 3 of a.csv", "Row 3", "TPT-P01: of", "2025-12-31, csv", "Corporate bond (2)"}
    assert words_left(said, {"Corporate bond", "Row"}) == {"Row 3 of a.csv", "TPT-P01: of"}
    assert unmarked(f"{OPEN}Row {OPEN}3{CLOSE}{CLOSE} of") == "of"
