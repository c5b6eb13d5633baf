"""Words for everything that can occur, numbers and names as people read them, pages of a pager."""

from datetime import date
from typing import Any
from unicodedata import category

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.codes import CODES
from ingestion.pipeline.harmless import harmless
from ingestion.web.models import Submission
from ingestion.web.states import RunState, State, Verdict
from portal.accounts.roles import WORDS, Role
from portal.dashboard import wording
from portal.dashboard.banners import banner
from portal.dashboard.icons import ICONS
from portal.dashboard.outcomes import OutcomeShown, summary
from portal.dashboard.paging import page_number, pages_of
from portal.dashboard.templatetags import fundgate


@pytest.mark.parametrize("state", [state for state in State if state != State.COMPLETED])
def test_every_state_has_a_label_and_a_sentence(state: State) -> None:
    said = banner(Submission(state=state), may_continue=True)
    assert wording.STATES[state].icon in ICONS
    assert said.title and said.meaning


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_label_and_a_next_step(verdict: Verdict) -> None:
    said = banner(Submission(state=State.COMPLETED, verdict=verdict), may_continue=False)
    assert wording.VERDICTS[verdict].icon in ICONS
    assert said.title and said.meaning and said.next_step


def test_steps_severities_and_roles_have_words() -> None:
    assert set(wording.STEPS) == set(RunState.values)
    assert set(wording.SEVERITIES) == {"error", "warning", "info"}
    assert set(WORDS) == set(Role)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained_where_a_check_broke_off(code: str) -> None:
    said = banner(Submission(state=State.FAILED, code=code), may_continue=False)
    assert CODES[code].message == said.meaning
    assert CODES[code].how_to_fix in said.next_step


@pytest.mark.parametrize(
    ("count", "words"), [(1, "One error has"), (2, "2 errors have"), (12345, "12,345 errors have")]
)
def test_errors_are_counted_in_words(count: int, words: str) -> None:
    said = banner(Submission(state="COMPLETED", verdict="failed", error_count=count), may_continue=False)
    assert said.meaning.startswith(words)


def test_a_delivery_that_was_replaced_leads_to_the_one_in_its_place() -> None:
    replaced = Submission(state=State.COMPLETED, verdict="failed", superseded_by=Submission(number=7))
    assert "No. 7" in banner(replaced, may_continue=False).next_step
    alone = Submission(state=State.COMPLETED, verdict="failed")
    assert "No. 7" not in banner(alone, may_continue=False).next_step


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.04, "under 0.1 s"),
        (0.06, "0.1 s"),
        (9.96, "10.0 s"),
        (59.4, "59 s"),
        (185, "3 min 5 s"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float | None, words: str) -> None:
    assert fundgate.duration(seconds) == words


@pytest.mark.parametrize(("size", "words"), [(0, "0\xa0bytes"), (2048, "2\xa0KB"), (104857600, "100\xa0MB")])
def test_sizes_have_a_friendly_unit(size: int, words: str) -> None:
    assert fundgate.size(size) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [("2025-12-31", "31 Dec 2025"), (date(2025, 1, 2), "2 Jan 2025"), ("31.12.25", "31.12.25"), (None, "")],
)
def test_dates_of_files_are_written_out(value: Any, words: str) -> None:
    assert fundgate.day(value) == words


@given(st.text())
def test_a_file_name_keeps_its_length_and_loses_what_cannot_be_seen(name: str) -> None:
    shown = fundgate.plain_name(name)
    assert len(shown) == len(name)
    assert not {category(character) for character in shown} & {"Cc", "Cf", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("number", "total", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (3, 5, [1, 2, 3, 4, 5]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (1, 100, [1, 2, None, 100]),
    ],
)
def test_the_pager_offers_ends_and_neighbours(number: int, total: int, shown: list[int | None]) -> None:
    assert pages_of(number, total).shown == shown


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), (None, 1), ("0", 1), ("-2", 1), ("٣", 1), ("9" * 9, 1)]
)
def test_a_page_number_is_read_from_an_address(text: str | None, number: int) -> None:
    assert page_number(text) == number


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "-1+2", "+1-"]
)
def test_what_could_be_a_formula_is_disarmed(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "disarmed"),
    [("a;=1+1", "a;'=1+1"), ("a\n@x", "a\n'@x"), ('a;"=1+1"', 'a;\'"=1+1"'), ("＝1+1", "'＝1+1")],
)
def test_neither_can_what_is_one_in_another_country_s_spreadsheet(text: str, disarmed: str) -> None:
    assert harmless(text) == disarmed


@pytest.mark.parametrize(
    "text", ["-1", "+1.5", "-0,25", "-1e-5", "-.5", "abc", "", "1=1", "a;b", "DE000BAY0017"]
)
def test_numbers_and_plain_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("language", "count", "share", "seconds", "cost"),
    [
        ("en", "1,234,567", "89.8\xa0%", "0.8 s", "$0.000642"),
        ("de", "1.234.567", "89,8\xa0%", "0,8 s", "$0,000642"),
        ("fr", "1\xa0234\xa0567", "89,8\xa0%", "0,8 s", "$0,000642"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    language: str, count: str, share: str, seconds: str, cost: str
) -> None:
    with translation.override(language):
        assert fundgate.grouped(1_234_567) == count
        assert fundgate.percent(0.898) == share
        assert fundgate.duration(0.8) == seconds
        assert fundgate.dollars(0.000642) == cost
        assert (fundgate.grouped(None), fundgate.percent(0.9999), fundgate.percent(1)) == (
            "0",
            share.replace("89", "99").replace("8\xa0", "9\xa0"),
            "100\xa0%",
        )


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_what_forms_take_is_the_same_in_every_language(language: str) -> None:
    with translation.override(language):
        assert fundgate.plain_number(0.005) == "0.005"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["1 known already", "2 known already, 1 not stored"]),
        ("de", ["1 bereits bekannt", "2 bereits bekannt, 1 nicht gespeichert"]),
        ("fr", ["1 déjà connu", "2 déjà connus, 1 non stocké"]),
    ],
)
def test_an_upload_is_summed_up_in_the_number_that_it_had(language: str, told: list[str]) -> None:
    known, refused = (
        OutcomeShown(kind, "calm", "info", "a.csv", "", "", None) for kind in ("duplicate", "refused")
    )
    with translation.override(language):
        assert [summary([known]), summary([known, refused, known])] == told
