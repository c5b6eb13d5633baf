"""What an institution decided reaches its runs: column mappings and the rulebook, as they stand then."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingestion.aws import layout
from ingestion.aws.layout import STAGES
from ingestion.pipeline.layout import fingerprint
from tests.infra.embedded import ACCOUNT
from tests.ingestion.lambdas.chain import OTHER, Chain, Run
from tests.ingestion.pipeline.support import zipped
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.aws
WHO = OTHER  # not the institution whose runs other tests compare with the bare rules
RULEBOOK = layout.control_key("rulebooks", "current")
COLUMNS = {"portfolio_id": 0, "valuation_date": 1, "isin": 2, "name": 3, "quantity": 4}
COLUMNS |= {"price": 5, "market_value": 6, "currency": 7}


@pytest.fixture
def control(chain: Chain) -> Iterator[Chain]:
    """Every decision is gone afterwards; root stands for retention here."""
    yield chain
    for key in chain.keys(WHO, "results", "control/"):
        chain.client("s3").delete_object(Bucket=layout.bucket_name(ACCOUNT, WHO, "results"), Key=key)


@pytest.fixture(scope="module")
def unknown(samples: Path) -> bytes:
    return (samples / "unknown-layout.csv").read_bytes()


def save_mapping(chain: Chain, shape: dict[str, Any], institution: str = WHO) -> str:
    """Saves which column is which; returns the version."""
    document = {"format": 1, "fingerprint": shape["fingerprint"], "template": "HOLDINGS", "version": "1.0"}
    document |= {"header_row": 1, "sheet": None, "columns": COLUMNS, "decimal": "."}
    key = layout.control_key("mappings", shape["fingerprint"])
    return str(chain.store(key, json.dumps(document).encode(), institution)["VersionId"])


def save_rulebook(chain: Chain, rules: dict[str, Any]) -> str:
    """Saves a rulebook; returns the version."""
    body = json.dumps({"format": 1, "title": "What we accept", "rules": rules}).encode()
    return str(chain.store(RULEBOOK, body, WHO)["VersionId"])


def verdict(chain: Chain, run: Run, institution: str = WHO) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(chain.result(run, "verdict.json", institution))
    return document


def fired(chain: Chain, run: Run) -> set[str]:
    """The rules with findings."""
    return {group["rule"] for group in verdict(chain, run)["groups"] if group["count"]}


def resumed(chain: Chain, run: Run) -> list[str]:
    return [stage for stage in STAGES if chain.marker(run, stage, WHO)["resumed"]]


def test_an_unknown_layout_comes_with_headers_and_examples_and_is_checked_once_it_is_mapped(
    control: Chain, unknown: bytes
) -> None:
    asked = control.run(unknown, institution=WHO)
    shape = verdict(control, asked)["layout"]
    assert (verdict(control, asked)["code"], shape["headers"][0]) == ("TEMPLATE_UNKNOWN", "PMS_FND")
    assert shape["examples"][0][0].startswith("LU")
    version = save_mapping(control, shape)
    mapped = control.again(asked, institution=WHO)
    document = verdict(control, mapped)
    assert (document["code"], document["template"], document["rows"]) == (None, "HOLDINGS", 8)
    assert "MAPPING_USED" in [note["code"] for note in document["inspection"]["notes"]]
    [followed] = document["inspection"]["mappings"]
    assert (followed["fingerprint"], followed["version_id"]) == (shape["fingerprint"], version)
    told = next(
        event.audit
        for event in control.portal.of(asked.submission)
        if event.audit and (event.attempt, event.stage) == (2, "inspect")
    )
    key = layout.control_key("mappings", shape["fingerprint"])
    assert (key, version) in [(each["key"], each["version_id"]) for each in told["inputs"]]
    assert not told["resumed"]
    assert resumed(control, control.again(mapped, institution=WHO))[0] == "inspect", (
        "its twin: still the same"
    )
    assert not any("PMS_FND" in json.dumps(part, default=str) for part in (control.history(asked), told))


def test_a_mapping_of_another_institution_and_a_damaged_one_do_not_count(
    control: Chain, unknown: bytes
) -> None:
    asked = control.run(unknown)
    shape = verdict(control, asked, "alpine-am")["layout"]
    save_mapping(control, shape)
    assert control.run(unknown).output["code"] == "TEMPLATE_UNKNOWN"
    assert control.run(unknown, institution=WHO).output["code"] is None, "its twin"
    control.store(layout.control_key("mappings", shape["fingerprint"]), b'{"format": 1', WHO)
    assert control.run(unknown, institution=WHO).output["code"] == "TEMPLATE_UNKNOWN"


def test_a_verdict_names_the_exact_rulebook_it_followed(control: Chain) -> None:
    data = tpt(rows=20, kinds=["unknown code"]).csv()
    bare = control.run(data, institution=WHO)
    assert (bare.output["verdict"], verdict(control, bare)["rulebook"]) == ("failed", None)
    version = save_rulebook(control, {"TPT-LIST-32": {"severity": "off"}})
    ruled = control.run(data, institution=WHO)
    followed = verdict(control, ruled)["rulebook"]
    assert ruled.output["counts"]["error"] == bare.output["counts"]["error"] - 1
    assert (followed["version_id"], followed["title"]) == (version, "What we accept")
    written = {each["name"]: each for each in control.marker(ruled, "inspect", WHO)["outputs"]}
    copied = written["rulebook.json"]
    assert copied["sha256"] == followed["sha256"]
    assert copied in control.marker(ruled, "validate", WHO)["inputs"]


def test_the_verdict_over_a_zip_names_the_mapping_of_each_of_its_layouts(
    control: Chain, unknown: bytes
) -> None:
    lines = unknown.splitlines(keepends=True)
    other = lines[0].replace(b"PMS_", b"OTHER_") + b"".join(lines[1:])
    versions = {}
    for data in (unknown, other):
        name = fingerprint(data.decode().splitlines()[0].split(";"))
        versions[name] = save_mapping(control, {"fingerprint": name})
    package = zipped({"a.csv": unknown, "b.csv": other, "c.csv": unknown})
    document = verdict(control, control.run(package, institution=WHO))
    followed = {one["fingerprint"]: one["version_id"] for one in document["inspection"]["mappings"]}
    assert (document["rows"], followed) == (24, versions)
    assert len(document["inspection"]["mappings"]) == 2


def test_a_rulebook_saved_anew_is_followed_by_a_run_that_is_continued(control: Chain) -> None:
    data = tpt(rows=20, kinds=["unknown code"], seed=3).csv()
    save_rulebook(control, {"TPT-LIST-32": {"severity": "warning"}})
    first = control.run(data, institution=WHO)
    same = control.again(first, institution=WHO)
    assert resumed(control, same) == ["inspect", "parse", "transform", "validate"]
    assert verdict(control, same)["rulebook"] == verdict(control, first)["rulebook"]
    version = save_rulebook(control, {"TPT-LIST-32": {"severity": "info"}})
    changed = control.again(same, institution=WHO)
    assert resumed(control, changed) == ["parse", "transform"]
    assert verdict(control, changed)["rulebook"]["version_id"] == version
    assert changed.output["counts"]["info"] == first.output["counts"]["info"] + 1


def test_a_rulebook_reaches_the_comparison_with_earlier_deliveries_too(control: Chain) -> None:
    table = tpt(rows=6, seed=11)
    runs = []
    for day in ("2025-11-30", "2025-12-31"):
        for row in table.rows:
            row |= {"6": day, "7": day}
        runs.append(control.run(table.csv(), institution=WHO))
    assert "TPT-Q17-SAME-AGAIN" in fired(control, runs[1])
    save_rulebook(control, {"TPT-Q17-SAME-AGAIN": {"severity": "off"}})
    assert "TPT-Q17-SAME-AGAIN" not in fired(control, control.again(runs[1], institution=WHO))


def test_a_rulebook_that_cannot_be_followed_ends_the_run_with_a_code(control: Chain) -> None:
    save_rulebook(control, {"TPT-NO-SUCH-RULE": {"severity": "off"}})
    run = control.run(tpt(rows=5).csv(), institution=WHO)
    assert (run.status, run.error) == ("FAILED", "RULEBOOK_INVALID")
    save_rulebook(control, {})
    assert control.again(run, institution=WHO).status == "SUCCEEDED", "its twin"
