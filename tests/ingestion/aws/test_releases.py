"""What a release of record covers: this verdict, as far as it reaches, until its last day."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ingestion.aws import layout
from ingestion.aws.releases import MOST, NotARelease, Records, ReleaseOfRecord
from ingestion.pipeline.card import delivery_key, funds_key
from tests.fixtures.releases import LocalKey
from tests.ingestion.web.decisions import Bucket, bucket  # noqa: F401

RESULTS = layout.bucket_name("000000000000", "alpine-am", "results")
ONE, OTHER = "0b0f5a3e-0000-4000-8000-000000000001", "0b0f5a3e-0000-4000-8000-000000000002"
RELEASE = "0b0f5a3e-0000-4000-8000-00000000000a"
CARD = {
    "template": "TPT", "valuation_date": "2026-02-27", "portfolios": [{"id": "LU0000000001 "}, {"id": "LU2"}],
}  # fmt: skip
GROUP = {"rule": "R1", "severity": "error", "count": 3, "funds": {"LU0000000001 ": 2, "LU2": 1}}
VERDICT = {
    "code": None, "index_card": CARD, "groups": [GROUP], "counts": {"error": 3, "warning": 9, "info": 0},
}  # fmt: skip
TODAY = date(2026, 3, 2)
KEY = LocalKey()
GIVEN = ReleaseOfRecord(
    release=RELEASE, owner="alpine-am", submission=ONE, attempt=1, verdict_version="v",
    verdict_sha256="0" * 64, rule="R1", fund="", row=0, count=3, rule_count=3, reach="file",
    template="TPT", delivery_key=delivery_key(CARD), funds_key=funds_key(CARD), until="2026-03-02",
    asked_by="ada", asked_at="2026-03-01T09:00:00+00:00", decided_by="sam",
    decided_at="2026-03-01T10:00:00+00:00",
)  # fmt: skip


def open_errors(
    store: Bucket, release: ReleaseOfRecord, submission: str = ONE, on: date = TODAY, **verdict: Any
) -> int:
    name = layout.control_key("releases", RELEASE)
    store.put(None, RESULTS, name, KEY.document("releases", release))
    records = Records(None, RESULTS, "alpine-am", KEY.public)
    return records.open_errors(submission, 1, VERDICT | verdict, [RELEASE], on)


def test_what_two_people_released_is_not_open(bucket: Bucket) -> None:  # noqa: F811
    assert open_errors(bucket, GIVEN) == 0
    assert open_errors(bucket, GIVEN, on=date(2026, 3, 3)) == 3, "its last day is over"
    later = {"groups": [GROUP | {"count": 4, "funds": None}], "counts": VERDICT["counts"] | {"error": 4}}  # type: ignore[operator]
    assert open_errors(bucket, GIVEN, **later) == 4, "more is found than they agreed to"


@pytest.mark.parametrize(
    ("terms", "still"),
    [
        ({"rule": "R2"}, 3),
        ({"fund": "LU0000000001", "count": 2}, 1),
        ({"fund": "LU0000000001", "count": 1}, 3),
        ({"row": 7, "count": 1, "fund": "LU2"}, 2),
        ({"row": 7, "count": 1, "fund": "LU2", "rule_count": 4}, 3),
    ],
)
def test_it_covers_what_it_names_and_no_more(
    terms: dict[str, Any],
    still: int,
    bucket: Bucket,  # noqa: F811
) -> None:
    assert open_errors(bucket, replace(GIVEN, **terms)) == still


@pytest.mark.parametrize(
    ("reach", "card", "still"),
    [
        ("file", CARD, 3),
        ("delivery", CARD, 0),
        ("delivery", CARD | {"valuation_date": "2026-03-31"}, 3),
        ("following", CARD | {"valuation_date": "2026-03-31"}, 0),
        ("following", CARD | {"valuation_date": "2026-03-31", "template": "EMT"}, 3),
        ("following", CARD | {"portfolios": [{"id": "LU9"}], "valuation_date": "2026-03-31"}, 3),
    ],
)
def test_another_file_is_covered_as_far_as_it_reaches(
    reach: str,
    card: dict[str, Any],
    still: int,
    bucket: Bucket,  # noqa: F811
) -> None:
    said = {"index_card": card, "groups": [GROUP | {"funds": None}]}
    assert open_errors(bucket, replace(GIVEN, reach=reach), OTHER, **said) == still


def test_what_is_not_a_release_of_this_institution_covers_nothing(bucket: Bucket) -> None:  # noqa: F811
    for wrong in ({"owner": "borealis"}, {"release": OTHER}, {"decided_by": "ada"}, {"until": "soon"}):
        assert open_errors(bucket, replace(GIVEN, **wrong)) == 3, wrong
    request = KEY.document("release-requests", replace(GIVEN, decided_by="", decided_at=""))
    records = Records(None, RESULTS, "alpine-am", KEY.public)
    for document in (request, KEY.document("release-requests", GIVEN), KEY.document("releases", GIVEN)[:-1]):
        bucket.put(None, RESULTS, layout.control_key("releases", RELEASE), document)
        assert records.open_errors(ONE, 1, VERDICT, [RELEASE, "no id", "../x"], TODAY) == 3
    with pytest.raises(NotARelease):
        ReleaseOfRecord.opened(request, "releases", KEY.public)
    assert ReleaseOfRecord.opened(request, "release-requests", KEY.public).asked_by == "ada"
    assert open_errors(bucket, GIVEN) == 0


@pytest.mark.parametrize(
    "key", [layout.control_key("ended-releases", RELEASE), layout.result_key(ONE, 1, layout.WITHDRAWN)]
)
def test_an_end_or_a_withdrawal_on_record_counts_for_more(key: str, bucket: Bucket) -> None:  # noqa: F811
    assert open_errors(bucket, GIVEN) == 0
    bucket.put(None, RESULTS, key, b"{}")
    assert open_errors(bucket, GIVEN) == 3


def test_more_names_than_can_be_looked_at_cover_nothing(bucket: Bucket) -> None:  # noqa: F811
    assert open_errors(bucket, GIVEN) == 0
    records = Records(None, RESULTS, "alpine-am", KEY.public)
    many = [RELEASE, *(f"0b0f5a3e-0000-4000-8000-{number:012}" for number in range(MOST))]
    assert records.open_errors(ONE, 1, VERDICT, many, TODAY) == 3
