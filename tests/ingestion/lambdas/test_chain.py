"""The whole chain on the embedded AWS, with the project's own stacks and the roles of portal and worker."""

import json
import re
from collections import OrderedDict
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from ingestion.aws import clients, layout
from ingestion.aws.events import Event
from ingestion.aws.layout import LATER, STAGES
from ingestion.lambdas.inspect import handler as inspect_handler
from ingestion.lambdas.work import TABLES
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.tally import tally_of
from ingestion.pipeline.transform import transform
from ingestion.pipeline.transform.schema import tables
from tests.infra.embedded import ACCOUNT
from tests.ingestion.lambdas.chain import OTHER, Chain, Run

pytestmark = pytest.mark.aws


def test_a_file_comes_to_the_verdict_that_the_core_gives_it(chain: Chain, done: Run, faulty: bytes) -> None:
    expected = validate(parse_file(faulty, inspect_file(faulty)))
    assert done.status == "SUCCEEDED"
    assert (done.output["code"], done.output["verdict"]) == (None, expected.verdict)
    assert chain.output(done, "validate", "findings.parquet") == findings_parquet(expected.findings)
    document = json.loads(chain.result(done, "verdict.json"))
    assert document["ruleset_version"].startswith(expected.ruleset_version)
    found = parquet.read_table(pa.BufferReader(chain.result(done, "findings.parquet")))
    assert {group.rule.id for group in expected.groups if group.count} <= set(found["rule"].to_pylist())
    assert sum(group["count"] for group in document["groups"]) == sum(done.output["counts"].values())
    assert all(done.output["counts"][name] >= count for name, count in expected.counts.items())


def test_the_tables_of_the_common_schema_are_published_as_the_core_makes_them(
    chain: Chain, done: Run, faulty: bytes
) -> None:
    expected = transform(parse_file(faulty, inspect_file(faulty))).to_parquet()
    assert set(expected) == {"holdings", "share_classes"}
    for name, body in expected.items():
        assert chain.result(done, f"tables/{name}.parquet") == body
    assert set(TABLES) == set(tables()), "every table there is has a file name"


def test_every_cell_is_published_as_it_was_parsed(chain: Chain, done: Run, faulty: bytes) -> None:
    body = chain.result(done, "rows.parquet")
    assert body == chain.output(done, "parse", "delivery.parquet")
    rows, parsed = Delivery.from_parquet(body), parse_file(faulty, inspect_file(faulty))
    assert {key: column.values for key, column in rows.columns.items()} == {
        key: column.values for key, column in parsed.columns.items()
    }


def test_the_portal_hears_of_every_stage_in_signed_events_and_of_the_content_only_the_index_card(
    chain: Chain, done: Run
) -> None:
    said = [each for each in chain.portal.received if each.event.submission == done.submission]
    assert all(each.genuine for each in said)
    kinds = sorted((each.event.sequence, each.event.stage, each.event.kind.value) for each in said)
    assert [(stage, kind) for _, stage, kind in kinds] == [
        *[(stage, kind) for stage in STAGES[:-1] for kind in ("status", "audit")],
        *[("publish", kind) for kind in ("extract", "status", "audit", "completed")],
        *[("annotate", kind) for kind in ("status", "audit")],
    ]
    cards = [each.event.index_card for each in said if each.event.index_card]
    assert cards == [json.loads(chain.result(done, "verdict.json"))["index_card"]]
    scores = [each.event.score for each in said if each.event.score is not None]
    assert scores == [json.loads(chain.result(done, "verdict.json"))["completeness"]["score"]]
    by_kind = {each.event.kind.value: each.event for each in said if each.event.stage == "publish"}
    assert by_kind["completed"].counts == done.output["counts"]
    counted = by_kind["extract"].tally
    assert counted == tally_of(json.loads(chain.result(done, "verdict.json")))
    assert counted and sum(group["count"] for group in counted["groups"]) == sum(
        done.output["counts"][severity] for severity in ("error", "warning")
    )
    assert [item["name"] for item in by_kind["extract"].objects or []] == [
        "rows.parquet",
        *[output["name"] for output in chain.marker(done, "transform")["outputs"]],
        "findings.parquet",
        "verdict.json",
    ]


def test_each_marker_names_inputs_and_outputs_by_version_and_hash(chain: Chain, done: Run) -> None:
    markers = {stage: chain.marker(done, stage) for stage in (*STAGES, *LATER)}
    assert markers["inspect"]["inputs"] == [{"name": "original", **done.original.to_json()}]
    assert markers["parse"]["inputs"][1] == markers["inspect"]["outputs"][0]
    assert markers["transform"]["inputs"] == markers["validate"]["inputs"] == markers["parse"]["outputs"]
    assert markers["quality"]["inputs"] == markers["parse"]["outputs"] + markers["validate"]["outputs"]
    assert markers["publish"]["outputs"] == done.output["objects"]
    published = {each["name"]: each for each in markers["publish"]["outputs"]}
    assert markers["annotate"]["inputs"][-2:] == [published["findings.parquet"], published["verdict.json"]]
    for marker in markers.values():
        assert marker["started"] < marker["finished"]
        assert re.fullmatch(r"\S+", marker["code_version"])
        assert not marker["resumed"]


def test_the_state_stays_far_below_what_step_functions_takes(chain: Chain, done: Run) -> None:
    inputs = [
        event["stateEnteredEventDetails"]["input"]
        for event in chain.history(done)
        if "stateEnteredEventDetails" in event
    ]
    assert len(inputs) > 10
    assert max(len(text.encode()) for text in inputs) < 16_000


def test_a_file_of_another_template_than_expected_is_said_plainly_and_nothing_of_that_is_taken_over(
    chain: Chain, samples: Path
) -> None:
    submission, original = chain.deliver((samples / "emt-4.3-clean.csv").read_bytes())

    def attempt(number: int, **expected: str) -> Run:
        parameter = chain.park(submission, number, chain.token())
        state = chain.input(submission, original, parameter, attempt=number, resume_from=1) | expected
        return chain.finish(state, chain.start(state))

    wrong = attempt(1, expected_template="TPT")
    assert (wrong.status, wrong.output["code"]) == ("SUCCEEDED", "TEMPLATE_NOT_EXPECTED")
    document = json.loads(chain.result(wrong, "verdict.json"))
    assert document["verdict"] == "unreadable"
    assert "Expected: TPT. Sent: EMT 4.3." in document["message"]
    assert not document["index_card"]
    right = attempt(2, expected_template="EMT")
    assert (right.status, right.output["code"]) == ("SUCCEEDED", None)
    recognised = attempt(3)  # as executions that were started without a word on it
    assert (recognised.status, recognised.output["code"]) == ("SUCCEEDED", None)
    again = attempt(4, expected_template="TPT")
    assert again.output["code"] == "TEMPLATE_NOT_EXPECTED"
    resumed = [chain.marker(run, "inspect")["resumed"] for run in (wrong, right, recognised, again)]
    assert resumed == [False, False, False, True], "its twin: the same expectation"


def test_an_attempt_that_may_resume_nothing_starts_over(chain: Chain, done: Run) -> None:
    again = chain.again(done, resume_from=2)
    assert not any(chain.marker(again, stage)["resumed"] for stage in STAGES)


def test_a_repeated_stage_takes_its_own_result_and_writes_nothing_anew(chain: Chain, faulty: bytes) -> None:
    submission, original = chain.deliver(faulty)
    state = chain.input(submission, original, chain.park(submission, 1, chain.token()))
    first = chain.invoke("inspect", state)
    assert chain.invoke("inspect", state) == {**first, "resumed": True}
    assert not first["resumed"]


def test_an_object_that_is_not_the_recorded_one_is_refused(chain: Chain, faulty: bytes) -> None:
    submission, original = chain.deliver(faulty)
    state = chain.input(submission, original, chain.park(submission, 1, chain.token()))
    state["object"]["sha256"] = "0" * 64
    assert chain.finish(state, chain.start(state)).error == "OBJECT_CHANGED"


def test_an_object_of_another_submission_or_institution_is_refused(chain: Chain, faulty: bytes) -> None:
    submission, _ = chain.deliver(faulty)
    _, foreign = chain.deliver(faulty, OTHER)
    state = chain.input(submission, foreign, chain.park(submission, 1, chain.token()))
    assert chain.finish(state, chain.start(state)).error == "INTERNAL"


@pytest.mark.parametrize(
    ("content", "code", "stage"),
    [
        ("unknown", "TEMPLATE_UNKNOWN", "inspect"),
        ("text", "FILE_NOT_A_TABLE", "inspect"),
        ("header only", "FILE_EMPTY", "parse"),
    ],
)
def test_a_file_that_cannot_be_checked_is_told_so_and_is_no_failure(
    chain: Chain, samples: Path, faulty: bytes, content: str, code: str, stage: str
) -> None:
    data = {
        "unknown": (samples / "unknown-layout.csv").read_bytes(),
        "text": b"\x89PNG\r\n\x1a\n" + bytes(2000),
        "header only": faulty.splitlines(keepends=True)[0],
    }[content]
    run = chain.run(data)
    assert (run.status, run.output["verdict"], run.output["code"]) == ("SUCCEEDED", "unreadable", code)
    assert json.loads(chain.result(run, "verdict.json"))["code"] == code
    events = chain.portal.of(run.submission)
    assert next(event for event in events if event.kind.value == "completed").code == code
    assert next(event for event in events if event.code).stage == stage
    assert run.parameter not in chain.parked()


@pytest.mark.parametrize(
    "sample", ["tpt-6.0-clean.xlsx", "tpt-7.0-clean.xls", "tpt-7.0-clean-decimal-comma.csv"]
)
def test_every_kind_of_file_passes_the_functions(chain: Chain, samples: Path, sample: str) -> None:
    run = chain.run((samples / sample).read_bytes())
    assert run.output["verdict"] in ("passed", "passed_with_warnings"), run


def test_a_portal_that_refuses_everything_changes_nothing_about_the_result(
    chain: Chain, faulty: bytes
) -> None:
    chain.portal.answer = 400
    run = chain.run(faulty)
    assert (run.status, run.output["verdict"]) == ("SUCCEEDED", "failed")
    assert run.parameter not in chain.parked()
    failed = chain.run(faulty, chain.expired_token())
    assert failed.error == "TOKEN_EXPIRED"
    assert failed.parameter not in chain.parked()


def test_the_same_warm_functions_show_nothing_of_one_institution_to_the_next(
    chain: Chain, samples: Path, faulty: bytes
) -> None:
    first = chain.run(faulty)
    cards = [event.index_card for event in chain.portal.of(first.submission) if event.index_card]
    names = {portfolio[part] for portfolio in cards[0]["portfolios"] for part in ("id", "name")}
    second = chain.run((samples / "tpt-6.0-clean.xlsx").read_bytes(), institution=OTHER)
    assert (first.status, second.status) == ("SUCCEEDED", "SUCCEEDED")
    written = [
        chain.read(layout.bucket_name(ACCOUNT, OTHER, area), key, OTHER)
        for area in ("interim", "results")
        for key in chain.keys(OTHER, area, second.submission)
    ]
    outputs = [chain.marker(second, stage, OTHER)["outputs"] for stage in STAGES]
    assert len(written) == sum(map(len, outputs)) + len(STAGES), "every stage's files, and its marker"
    assert not [name for name in names for body in written if name.encode() in body]
    assert not chain.keys(OTHER, "interim", first.submission)


def test_a_stage_leaves_no_client_of_the_institution_in_its_process(
    chain: Chain, faulty: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handler runs in this process, with the function's own role, so that its memory can be looked at."""
    function = chain.client("lambda").get_function_configuration(FunctionName="fundgate-inspect")
    role = chain.platform.runtime("fn-inspect")
    environment = function["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": chain.server.url}
    for name, value in (environment | {key.upper(): value for key, value in role.items()}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clients, "_session", None)
    monkeypatch.setattr(clients, "_clients", OrderedDict())
    submission, original = chain.deliver(faulty)
    state = chain.input(submission, original, chain.park(submission, 1, chain.token()))
    assert inspect_handler.handler(state, None)["readable"]
    assert {owner for _, _, owner in clients._clients} == {"own", "unsigned"}


def test_a_function_reads_nothing_with_its_own_role(chain: Chain, faulty: bytes) -> None:
    _, original = chain.deliver(faulty)
    for name in (*[f"fn-{stage}" for stage in (*STAGES, *LATER)], "fn-clean-up"):
        s3 = chain.client("s3", chain.platform.runtime(name))
        with pytest.raises(Exception, match="AccessDenied"):
            s3.get_object(Bucket=original.bucket, Key=original.key)
    assert chain.read(original.bucket, original.key) == faulty


def test_the_workbook_follows_the_verdict_and_holds_the_delivered_table_with_its_findings(
    chain: Chain, done: Run, faulty: bytes
) -> None:
    book = chain.result(done, "annotated.xlsx")
    assert inspect_file(book).sheet == "TPT 7.0"
    delivered, again = (parse_file(data, inspect_file(data)) for data in (faulty, book))
    assert {key: [column.at(code) for code in column.codes] for key, column in again.columns.items()} == {
        key: [column.at(code) for code in column.codes] for key, column in delivered.columns.items()
    }
    order = [(event.stage, event.kind.value) for event in chain.portal.of(done.submission)]
    assert order.index(("publish", "completed")) < order.index(("annotate", "status"))


def test_nothing_is_marked_in_a_file_without_findings(chain: Chain, samples: Path) -> None:
    run = chain.run((samples / "emt-4.3-clean.csv").read_bytes())
    assert (run.status, run.output["verdict"]) == ("SUCCEEDED", "passed")
    assert "annotate" not in {event.stage for event in chain.portal.of(run.submission)}


def test_a_token_that_ends_after_the_verdict_costs_the_workbook_and_nothing_else(
    chain: Chain, faulty: bytes
) -> None:
    submission, original = chain.deliver(faulty)
    parameter = chain.park(submission, 1, chain.token())

    def end_the_hour(event: Event) -> None:
        if (event.submission, event.kind.value) == (submission, "completed"):
            chain.replace(parameter, chain.expired_token())

    chain.portal.when = end_the_hour
    state = chain.input(submission, original, parameter)
    run = chain.finish(state, chain.start(state))
    assert (run.status, run.output["verdict"]) == ("SUCCEEDED", "failed")
    assert "annotate" not in {event.stage for event in chain.portal.of(submission)}
    assert "error" not in {event.kind.value for event in chain.portal.of(submission)}
    assert parameter not in chain.parked()
