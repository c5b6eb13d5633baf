"""What falls under a grant, and which documents are none."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.aws.grants import CARD_HOLDS, CONDITIONS, CONTENTS, Condition, GrantOfRecord, NotAGrant
from ingestion.pipeline.verdict import MAX_PORTFOLIOS

DAY = date(2026, 3, 31)
GRANT = GrantOfRecord(
    grant="5c3f7b7e-1d55-4f4e-9a57-0a8a3f1a9f10",
    owner="alpine-am",
    recipient="borealis-insurance",
    open=True,
    funds=("LU0000000001", "LU0000000002"),
    templates=("TPT",),
    contents=("original", "schema"),
    valuations_from=date(2026, 1, 31),
    ends_on=DAY,
)
CARD = {"template": "TPT", "portfolios": [{"id": " lu0000000001"}], "valuation_date": "2026-02-28"}


def of(*funds: str) -> dict[str, object]:
    return {"portfolios": [{"id": fund} for fund in funds]}


def test_a_delivery_of_a_granted_fund_and_template_is_covered_up_to_the_last_day() -> None:
    assert GRANT.covers(CARD, DAY)
    assert not GRANT.covers(CARD, DAY + timedelta(days=1))


@pytest.mark.parametrize(
    "other",
    [
        of("LU0000000003"),
        of("LU0000000001", "LU0000000003"),
        of(),
        of(" "),
        of("LU0000000001", ""),
        {"portfolios": None},
        {"template": "EMT"},
        {"valuation_date": "2026-01-30"},
        {"valuation_date": None},
        {"valuation_date": "soon"},
    ],
)
def test_what_differs_in_one_thing_is_not(other: dict[str, object]) -> None:
    assert not GRANT.covers(CARD | other, DAY)


def test_a_card_that_may_not_hold_every_fund_is_not_believed() -> None:
    many = [f"LU00000000{number:02}" for number in range(MAX_PORTFOLIOS)]
    wide = replace(GRANT, funds=tuple(many))
    assert MAX_PORTFOLIOS == CARD_HOLDS
    assert wide.covers(CARD | of(*many[:-1]), DAY)
    assert not wide.covers(CARD | of(*many), DAY)


def test_a_closed_grant_covers_nothing() -> None:
    assert not replace(GRANT, open=False).covers(CARD, DAY)


def test_where_nothing_is_named_everything_is_meant() -> None:
    wide = replace(GRANT, funds=(), templates=(), valuations_from=None, ends_on=None)
    assert wide.covers({"template": "EMT"}, date(2099, 1, 1))


codes = st.from_regex(r"[a-z][a-z0-9-]{2,19}", fullmatch=True)
days = st.none() | st.dates()


@given(
    st.builds(
        GrantOfRecord,
        grant=st.uuids().map(str),
        owner=codes,
        recipient=codes,
        open=st.booleans(),
        funds=st.lists(st.text(max_size=20)).map(tuple),
        templates=st.lists(st.sampled_from(["TPT", "EMT"])).map(tuple),
        contents=st.lists(st.sampled_from(CONTENTS)).map(tuple),
        valuations_from=days,
        ends_on=days,
        condition=st.sampled_from(CONDITIONS),
    )
)
def test_every_grant_survives_being_stored(grant: GrantOfRecord) -> None:
    assert GrantOfRecord.of_bytes(grant.to_bytes()) == grant


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"open": "yes"},
        {"owner": "../x"},
        {"contents": ["everything"]},
        {"ends_on": "soon"},
        {"condition": "any"},
        {"condition": []},
        {"condition": None},
    ],
)
def test_a_document_of_another_kind_is_no_grant(changed: dict[str, object]) -> None:
    with pytest.raises(NotAGrant):
        GrantOfRecord.of_bytes(json.dumps(json.loads(GRANT.to_bytes()) | changed).encode())


def test_a_document_from_before_the_condition_is_read_as_the_stricter_one() -> None:
    before = json.loads(replace(GRANT, condition="checked").to_bytes())
    assert GrantOfRecord.of_bytes(json.dumps(before).encode()).condition == "checked"
    del before["condition"]
    assert GrantOfRecord.of_bytes(json.dumps(before).encode()) == replace(GRANT, condition="stood_by")


@pytest.mark.parametrize(
    ("condition", "verdict", "released", "met"),
    [
        ("stood_by", "passed", False, True),
        ("stood_by", "passed_with_warnings", False, True),
        ("stood_by", "failed", False, False),
        ("stood_by", "failed", True, True),
        ("checked", "failed", False, True),
    ],
)
def test_errors_that_nobody_released_meet_only_the_condition_that_asks_for_nothing(
    condition: Condition, verdict: str, released: bool, met: bool
) -> None:
    assert replace(GRANT, condition=condition).is_met({"verdict": verdict}, released) == met


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff", b"{}", b'{"format": 1}', b"[" * 100_000])
def test_what_is_no_document_is_no_grant(data: bytes) -> None:
    with pytest.raises(NotAGrant):
        GrantOfRecord.of_bytes(data)
