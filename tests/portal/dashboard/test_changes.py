"""What changed since the delivery before: which one that is, what is counted, who may see it."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.aws.errors import AwsUnavailable
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.verdict import index_card, verdict_document
from ingestion.web.models import Submission
from ingestion.web.pointers import result_key, results_bucket
from portal.accounts.models import Institution, User
from portal.audit.models import AuditRecord
from tests.ingestion.aws.conftest import Pool, pool, rsa_key  # noqa: F401
from tests.portal.dashboard.conftest import Make, put_results
from tests.portal.dashboard.delivery import DELIVERY, FORMULA

pytestmark = pytest.mark.aws
ISIN, WRONG = "FR0000131104", "FR0000131105"


def named(data: bytes) -> list[list[str]]:
    return [line.split(";") for line in data.decode().split("\n")]


def delivered(*instruments: str, date: str = "2025-12-31", wrong: tuple[int, ...] = ()) -> bytes:
    """The small delivery with these instruments, and the formula for a currency in these rows (from 1)."""
    head, first, *_ = named(DELIVERY)
    place = {name.split("_")[0]: i for i, name in enumerate(head)}
    rows = [head]
    for number, instrument in enumerate(instruments, 1):
        row = list(first)
        row[place["14"]], row[place["6"]] = instrument, date
        row[place["21"]] = FORMULA if number in wrong else "EUR"
        rows.append(row)
    return "\n".join(";".join(row) for row in rows).encode()


@pytest.fixture
def deliver(store: Any, make: Make) -> Any:
    """Checks a file by the real rules and puts its results where the pipeline leaves them."""

    def delivered(data: bytes, rows: bool = True, **values: Any) -> Submission:
        delivery = parse_file(data, inspect_file(data))
        validation, card = validate(delivery), index_card(delivery)
        submission = make(
            verdict=validation.verdict, template=card["template"], template_version=card["version"],
            counts=tuple(validation.counts.values()), index_card=card, **values,
        )  # fmt: skip
        found = verdict_document(validation, delivery.inspection, card)
        put_results(store, submission, found, findings_parquet(validation.findings))
        if rows:
            where = results_bucket(submission), result_key(submission, "rows")
            store.put_object(Bucket=where[0], Key=where[1], Body=delivery.to_parquet())
        return submission

    return delivered


def page_of(client: Client, submission: Submission, query: str = "") -> str:
    return str(client.get(reverse("submission_changes", args=[submission.id]) + query).content.decode())


def errors(page: str) -> list[tuple[str, str]]:
    """Rule and row of the errors that are listed."""
    return re.findall(r'data-rule="([^"]+)" data-severity="error" data-row="(\d+)"', page)


def counts(page: str, rule: str) -> tuple[int, int, int]:
    found = re.search(rf'data-rule="{rule}" data-new="(\d+)" data-fixed="(\d+)" data-still="(\d+)"', page)
    assert found, f"{rule} is not on the page"
    return int(found[1]), int(found[2]), int(found[3])


def test_a_finding_is_followed_with_its_position_whatever_its_row(viewer: Client, deliver: Any) -> None:
    deliver(delivered("DE000BAY0017", ISIN, "XS0000000009", wrong=(1, 2, 3)))
    now = deliver(delivered("FR0000120271", ISIN, "DE000BAY0017", date="2026-01-31", wrong=(1, 3)))
    page = page_of(viewer, now)
    # the first position is new with its finding, the second is mended, the third is gone with its own
    assert counts(page, "TPT-FORMAT-21") == (1, 2, 1)
    assert "told apart by their identifier" in page
    assert re.search("(one|[0-9]+) of them on", page)
    assert re.search("(one|[0-9]+) of them because", page)


@pytest.mark.parametrize("rows", [(False, True), (True, False), (False, False)])
def test_without_rows_of_both_the_value_tells_findings_apart(
    viewer: Client, deliver: Any, rows: tuple[bool, bool]
) -> None:
    deliver(delivered("DE000BAY0017", WRONG), rows=rows[0])
    now = deliver(delivered("DE000BAY0018", WRONG, date="2026-01-31"), rows=rows[1])
    page = page_of(viewer, now)
    assert counts(page, "TPT-R03-ISIN-14") == (1, 0, 1)
    assert "when rule, field, fund and value are" in page


def test_where_a_row_names_no_instrument_its_value_tells_the_finding(viewer: Client, deliver: Any) -> None:
    before = delivered("", ISIN, wrong=(1, 2)).replace(FORMULA.encode(), b"EURO", 1)
    deliver(before)
    same, other = (
        deliver(before.replace(b"2025-12-31", b"2026-01-31")),
        deliver(before.replace(b"2025-12-31", b"2026-02-28").replace(b"EURO", b"DOLLAR")),
    )
    page = page_of(viewer, same)
    assert "told apart by their identifier" in page
    assert counts(page, "TPT-FORMAT-21") == (0, 0, 2)
    assert counts(page_of(viewer, other), "TPT-FORMAT-21") == (1, 1, 1)


def test_what_is_listed_is_read_from_the_delivery_it_was_found_in(viewer: Client, deliver: Any) -> None:
    before = deliver(delivered(ISIN, WRONG))
    now = deliver(delivered("DE000BAY0018", ISIN, date="2026-01-31"))
    fixed = page_of(viewer, now, "?kind=fixed&rule=TPT-R03-ISIN-14")
    assert errors(fixed) == [("TPT-R03-ISIN-14", "2")]
    assert f"<mark>{WRONG}</mark>" in fixed
    assert f"those of no. {before.number}" in fixed
    new = page_of(viewer, now, "?kind=new&rule=TPT-R03-ISIN-14")
    assert errors(new) == [("TPT-R03-ISIN-14", "1")]
    assert "<mark>DE000BAY0018</mark>" in new


def test_the_delivery_before_is_the_latest_of_the_fund_that_is_not_later(
    viewer: Client, deliver: Any
) -> None:
    deliver(delivered(ISIN, date="2025-10-31"))
    last = deliver(delivered(ISIN, date="2025-11-30"))
    deliver(delivered(ISIN, date="2026-01-31"))
    deliver(delivered(ISIN).replace(b"LU0000000001", b"LU0000000002"))
    deliver(delivered(ISIN), check_only=True)
    now = deliver(delivered(ISIN))
    page = page_of(viewer, now)
    assert f"Since no. {last.number}, " in page
    assert re.findall(r'<option value="(\d+)"', page.split("</select>")[0]) == [str(last.number), "1"]
    assert "Since no. 1, " in page_of(viewer, now, "?since=1")
    assert f"Since no. {last.number}, " in page_of(viewer, now, "?since=99")


def test_the_page_of_a_submission_fetches_the_counts_once_it_stands(viewer: Client, deliver: Any) -> None:
    first = deliver(delivered(ISIN))
    now = deliver(delivered(WRONG, date="2026-01-31"))
    summary = reverse("changes_summary", args=[now.id])
    assert f'hx-get="{summary}"' in viewer.get(reverse("submission", args=[now.id])).content.decode()
    told = viewer.get(summary).content.decode()
    assert 'data-kind="new"' in told
    assert "hx-get" not in told, "it does not ask for itself again"
    assert 'id="changes"' not in viewer.get(reverse("submission", args=[first.id])).content.decode()
    assert "Nothing to compare with yet" in page_of(viewer, first)


def test_that_both_were_read_is_recorded_without_a_value(viewer: Client, deliver: Any) -> None:
    before, now = deliver(delivered(WRONG)), deliver(delivered(WRONG, date="2026-01-31"))
    page_of(viewer, now, "?kind=still")
    records = {record.subject_id: record.detail for record in AuditRecord.objects.all()}
    assert set(records) == {str(before.id), str(now.id)}
    assert records[str(now.id)]["compared_with"] == str(before.id)
    assert WRONG not in json.dumps(records)


def test_another_institution_gets_404(outsider: Client, viewer: Client, deliver: Any) -> None:
    deliver(delivered(ISIN))
    now = deliver(delivered(ISIN, date="2026-01-31"))
    for name in ("submission_changes", "changes_summary"):
        assert outsider.get(reverse(name, args=[now.id])).status_code == 404
        assert viewer.get(reverse(name, args=[now.id])).status_code == 200


def test_a_store_that_is_away_is_said_and_the_page_stays(
    viewer: Client, deliver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(delivered(ISIN))
    now = deliver(delivered(ISIN, date="2026-01-31"))

    def away(*_: Any) -> Any:
        raise AwsUnavailable("Slow", "GetObject")

    monkeypatch.setattr("ingestion.web.results.verdict", away)
    assert "cannot be compared at the moment" in page_of(viewer, now)


def test_different_rules_are_said(viewer: Client, deliver: Any, store: Any) -> None:
    before, now = deliver(delivered(ISIN)), deliver(delivered(ISIN, date="2026-01-31"))
    assert "different versions of the rules" not in page_of(viewer, now)
    where = {"Bucket": results_bucket(before), "Key": result_key(before, "verdict")}
    document = json.loads(store.get_object(**where)["Body"].read())
    store.put_object(**where, Body=json.dumps(document | {"ruleset_version": "tpt-7.0+1.old"}).encode())
    assert "different versions of the rules" in page_of(viewer, now)


def test_a_program_gets_the_same_counts(
    viewer: Client,
    alpine: Institution,
    anna: User,
    deliver: Any,
    pool: Pool,  # noqa: F811
    settings: Any,
) -> None:
    before, now = deliver(delivered(WRONG)), deliver(delivered(WRONG, ISIN, date="2026-01-31", wrong=(2,)))
    settings.FUNDGATE_JWKS_URL = pool.url
    claims: dict[str, Any] = {"cognito:groups": [alpine.code]}
    token = pool.token(iss=anna.issuer, sub=anna.subject, **claims)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    told = client.get(reverse("api_changes", args=[now.id])).json()
    assert (told["since"], told["since_number"]) == (str(before.id), before.number)
    rules = {one["rule"]: (one["new"], one["fixed"], one["still"]) for one in told["rules"]}
    page = page_of(viewer, now)
    assert rules["TPT-R03-ISIN-14"] == counts(page, "TPT-R03-ISIN-14") == (0, 0, 1)
    assert rules["TPT-FORMAT-21"] == (1, 0, 0)
    assert client.get(reverse("api_changes", args=[now.id]) + "?since=99").status_code == 404
    assert client.get(reverse("api_changes", args=[before.id])).json()["since"] is None
