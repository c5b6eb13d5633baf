"""What a page counts and explains, it counts and explains in the person's language; programs get English."""

import re

import pytest
from django.test import Client
from django.utils import translation

from ingestion.pipeline.catalogue import find_entry
from ingestion.web.errors import TooManyUploads
from ingestion.web.states import State, Verdict
from portal.common.errors import NotFound
from portal.dashboard.catalogue import rule_picture
from portal.dashboard.templatetags import fundgate
from portal.dashboard.wording import SEVERITIES
from tests.portal.dashboard.conftest import Make
from tests.tools.messages import catalogue

COUNTED = {"en": ">12,345<", "de": ">12.345<", "fr": ">12\xa0345<"}
EXPLAINED = {
    "en": ("Protected by a password", "The workbook is encrypted, so nothing in it can be checked."),
    "de": ("Durch ein Passwort geschützt", "Die Arbeitsmappe ist verschlüsselt"),
    "fr": ("Protégé par un mot de passe", "Le classeur est chiffré"),
}
SIZES = {"en": "100\xa0MB", "de": "100\xa0MB", "fr": "100\xa0Mio"}
COLONS = {"en": "Error:", "de": "Fehler:", "fr": "Erreur\xa0:"}
SHARES = {"en": "0.1 % of", "de": "0,1 % des", "fr": "0,1\xa0% de"}
DATED = {"en": "31 Dec 2025", "de": "31. Dez. 2025", "fr": "31 déc. 2025"}
NOT_FOUND = {"en": "Not found", "de": "Nicht gefunden", "fr": "Introuvable"}
LANGUAGES = tuple(COUNTED)


def page(client: Client, address: str, language: str) -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def counts_of(shown: str) -> str:
    """A page with the icons beside its counts taken away."""
    return re.sub(r"<svg.*?</svg></span>", ">", shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_counts_in_the_language_of_the_person(viewer: Client, make: Make, language: str) -> None:
    make(verdict=Verdict.FAILED, counts=(12_345, 0, 0))
    shown = [
        words for words in COUNTED.values() if words in counts_of(page(viewer, "/submissions/", language))
    ]
    assert shown == [COUNTED[language]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_explains_a_code_in_the_language_of_the_person(
    viewer: Client, make: Make, language: str
) -> None:
    made = make(State.REFUSED, code="FILE_ENCRYPTED")
    shown = page(viewer, f"/submissions/{made.id}/", language)
    assert [words for words in EXPLAINED[language] if words not in shown] == []
    assert not any(words[0] in shown for other, words in EXPLAINED.items() if other != language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_of_a_file_is_written_as_the_language_writes_it(
    viewer: Client, make: Make, language: str
) -> None:
    make(index_card={"valuation_date": "2025-12-31"})
    assert DATED[language] in page(viewer, "/submissions/", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sizes_colons_and_tolerances_are_written_as_the_language_writes_them(language: str) -> None:
    entry = find_entry("TPT", "7.0", "TPT-P02-NET-ASSETS")
    assert entry is not None
    with translation.override(language):
        assert fundgate.size(100 * 1024**2) == SIZES[language]
        assert fundgate.colon(str(SEVERITIES["error"].word)) == COLONS[language]
        assert SHARES[language] in rule_picture(entry, "")["tolerance"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_speaks_the_language_of_the_request_that_it_ends(language: str) -> None:
    with translation.override(language):
        assert NotFound().title == NOT_FOUND[language]
        assert "30" in TooManyUploads(30).message
    assert NotFound().title == "Not found"


@pytest.mark.parametrize("language", LANGUAGES)
def test_programs_read_problems_in_english(uploader: Client, language: str) -> None:
    answer = uploader.get("/api/v1/nothing/", headers={"accept-language": language})
    assert (answer.status_code, answer.json()["title"]) == (404, "Not found")


def test_no_sentence_is_the_same_in_german_and_french() -> None:
    german, french = ({str(one.id): one.string for one in catalogue(name)} for name in ("de", "fr"))
    sentences = [text for text in german if len(text) > 30]
    assert sentences
    assert [text for text in sentences if german[text] == french[text]] == []
