import json
import random
from dataclasses import replace
from typing import Any

import pytest

from ingestion.aws.event_schema import EventInvalid, parse
from ingestion.aws.events import MAX_BODY_BYTES, Event
from ingestion.lambdas import reports

SUBMISSION = "0f8fad5b-d9cb-469f-a165-70867728950e"
OBJECT = {
    "name": "verdict.json",
    "bucket": "fundgate-000000000000-alpine-am-results",
    "key": f"{SUBMISSION}/1/verdict.json",
    "version_id": "v1",
    "sha256": "0" * 64,
    "bytes": 12,
}
RESULT: dict[str, Any] = {
    "stage": "publish",
    "readable": True,
    "code": None,
    "verdict": "failed",
    "counts": {"error": 2, "warning": 0, "info": 1},
    "ruleset_version": "r1",
    "code_version": "c1",
    "role": "fundgate-inst-alpine-am",
    "started": "2026-01-02T03:04:05.678+00:00",
    "finished": "2026-01-02T03:04:06.678+00:00",
    "resumed": False,
    "inputs": [OBJECT],
    "control": {"control/mappings/ab.json": None, "control/rulebooks/current.json": OBJECT},
    "outputs": [OBJECT],
}
CARD = {
    "template": "TPT",
    "version": "7.0",
    "portfolios": [{"id": "LU0", "id_type": "1", "name": "Fund", "currency": "EUR"}],
    "valuation_date": "2026-01-31",
    "reporting_date": None,
    "rows": 3,
}
LEI = "529900T8BM49AURSDO55"
DOCUMENT = {"index_card": CARD, "completeness": {"score": 0.5}}


def every_event() -> list[Event]:
    return [
        *reports.of_stage(SUBMISSION, 1, RESULT),
        *reports.of_stage(SUBMISSION, 1, RESULT | {"stage": "inspect", "counts": None}),
        *reports.of_failure(SUBMISSION, 1, {"stage": "parse", "code": "TOKEN_EXPIRED"}),
        reports.extract(SUBMISSION, 1, RESULT, DOCUMENT),
    ]


@pytest.mark.parametrize("event", every_event(), ids=lambda event: f"{event.kind}-{event.stage}")
def test_every_event_we_send_is_read_back_as_it_was(event: Event) -> None:
    assert parse(event.body()) == event


def test_ids_are_the_same_each_time_and_sequence_follows_the_pipeline() -> None:
    assert [event.id for event in every_event()] == [event.id for event in every_event()]
    assert len({event.id for event in every_event()}) == len(every_event())
    first = reports.of_stage(SUBMISSION, 1, RESULT | {"stage": "inspect"})[0]
    last = reports.of_stage(SUBMISSION, 1, RESULT)[-1]
    assert first.sequence < reports.extract(SUBMISSION, 1, RESULT, DOCUMENT).sequence < last.sequence


@pytest.mark.parametrize(
    "change",
    [
        {"id": "another"},
        {"version": 2},
        {"version": True},
        {"submission": "1"},
        {"attempt": 0},
        {"attempt": "1"},
        {"kind": "started"},
        {"stage": "Publish"},
        {"at": "yesterday"},
        {"code": "lower case"},
        {"counts": {"error": -1, "warning": 0, "info": 0}},
        {"counts": {"error": 1, "warning": 0, "info": 0, "value": "x"}},
        {"objects": [OBJECT | {"bucket": "somebody-elses"}]},
        {"objects": [OBJECT | {"sha256": "short"}]},
        {"objects": [OBJECT] * 51},
        {"index_card": CARD},
        {"score": 0.5},
        {"audit": {}},
        {"surprise": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_event_that_differs_from_the_schema_is_refused_without_quoting_it(change: dict[str, Any]) -> None:
    status = reports.of_stage(SUBMISSION, 1, RESULT)[0]
    body = json.loads(status.body()) | change
    with pytest.raises(EventInvalid) as refused:
        parse(json.dumps(body).encode())
    assert "somebody-elses" not in str(refused.value)


@pytest.mark.parametrize("missing", list(json.loads(every_event()[0].body())))
def test_an_event_without_one_of_its_fields_is_refused(missing: str) -> None:
    body = json.loads(every_event()[0].body())
    del body[missing]
    with pytest.raises(EventInvalid):
        parse(json.dumps(body).encode())


def test_only_an_extract_may_carry_index_card_score_and_tally_and_only_as_they_are_defined() -> None:
    extract = reports.extract(SUBMISSION, 1, RESULT, DOCUMENT)
    assert parse(extract.body()).tally == extract.tally
    for tally in ({"complete": True}, {"complete": True, "groups": [{"rule": "R", "value": "x"}]}):
        with pytest.raises(EventInvalid):
            parse(replace(extract, tally=tally).body())
    status = reports.of_stage(SUBMISSION, 1, RESULT)[0]
    with pytest.raises(EventInvalid):
        parse(replace(status, tally=extract.tally).body())
    assert parse(extract.body()).index_card == CARD
    assert parse(extract.body()).score == 0.5
    for card in (CARD | {"top_position": "x"}, CARD | {"portfolios": CARD["portfolios"] * 21}):
        with pytest.raises(EventInvalid):
            parse(replace(extract, index_card=card).body())
    for score in (1.5, -0.1, "0.5"):
        with pytest.raises(EventInvalid):
            parse(replace(extract, score=score).body())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("leis", "good"),
    [
        ([], True),
        ([LEI] * 4, True),
        ([LEI] * 5, False),
        ([LEI[:-1] + "6"], False),
        ([LEI.lower()], False),
        ([f"{LEI}\n"], False),
        (["LU0000000001"], False),
    ],
    ids=["none", "a few", "many", "wrong digits", "small letters", "a line end", "no LEI"],
)
def test_a_card_names_legal_entities_by_valid_leis_and_only_a_few(leis: list[str], good: bool) -> None:
    """Four of a fund, twenty of a file."""
    extract = reports.extract(SUBMISSION, 1, RESULT, DOCUMENT)
    for card in (
        CARD | {"portfolios": [CARD["portfolios"][0] | {"entities": leis}]},
        CARD | {"entities": leis * 5},
    ):
        body = replace(extract, index_card=card).body()
        if good:
            assert parse(body).index_card == card
        else:
            with pytest.raises(EventInvalid):
                parse(body)


def test_what_is_no_event_at_all_is_refused() -> None:
    for body in (b"", b"[]", b"null", b"\xff", b"[" * 60_000, b" " * (MAX_BODY_BYTES + 1)):
        with pytest.raises(EventInvalid):
            parse(body)


def test_the_body_is_the_same_whatever_the_order_of_its_parts() -> None:
    shuffled = list(RESULT.items())
    random.Random(1).shuffle(shuffled)
    at = {"at": "2026-01-02T03:04:05.000+00:00"}
    one = replace(reports.of_stage(SUBMISSION, 1, RESULT)[1], **at)
    two = replace(reports.of_stage(SUBMISSION, 1, dict(shuffled))[1], **at)
    assert one.body() == two.body()


def test_an_extract_that_would_be_too_long_loses_counts_by_fund_then_by_rule_then_portfolios() -> None:
    def said(rules: int, name: str) -> Event:
        card = CARD | {"portfolios": [CARD["portfolios"][0] | {"name": name}] * 20}
        group = {"severity": "warning", "count": 12, "funds": {"LU0": 12}}
        groups = [group | {"rule": f"RULE-{i:04}-{'X' * 20}"} for i in range(rules)]
        return reports.extract(SUBMISSION, 1, RESULT, {"index_card": card, "groups": groups})

    whole, by_rule, none, cut = said(9, "N"), said(600, "N"), said(1500, "N"), said(1500, "\x01" * 1000)
    assert whole.tally and whole.tally["groups"][0]["funds"]
    assert by_rule.tally and {group["funds"] for group in by_rule.tally["groups"]} == {None}
    assert none.tally is None and len(none.index_card["portfolios"]) == 20
    assert cut.tally is None and 1 < len(cut.index_card["portfolios"]) < 20
    assert not any(cut.index_card["portfolios"][-1].values()), "that it is not complete is seen"
    assert all(one["id"] for one in cut.index_card["portfolios"][:-1])
    assert all(len(each.body()) <= MAX_BODY_BYTES for each in (whole, by_rule, none, cut))
