"""What came before: a delivery is remembered under its fund, and the next one is compared with it."""

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from ingestion.aws import layout, objects
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality import Snapshot
from ingestion.pipeline.quality.snapshot import fund_prefix
from tests.infra.embedded import ACCOUNT
from tests.ingestion.lambdas.chain import OTHER, OWNER, Chain, Run
from tests.tools.generate_samples import tpt
from tests.tools.tables import Table

pytestmark = pytest.mark.aws
RESULTS = layout.bucket_name(ACCOUNT, OWNER, "results")


def positions(fund: str, day: str, funds: int = 1) -> bytes:
    """A TPT of a fund on a day."""
    table = tpt(rows=6 * funds, funds=funds)
    for row in table.rows:
        row |= {"6": day, "7": day} | ({"1": fund} if funds == 1 else {})
    return table.csv()


def target_market(fund: str, day: str) -> bytes:
    """An EMT of a share class on a day; what the template asks for besides is missing."""
    row = {"00001": "V4.3", "00010": fund, "00020": "1", "00030": "Aldern Income", "00040": "EUR"}
    row |= {"00050": day}
    return Table(find_pack("EMT", "4.3"), [row]).csv()


def new_fund() -> str:
    """An identifier no other test uses."""
    return f"LU{uuid.uuid4().hex[:10].upper()}"


def remember(chain: Chain, fund: str, day: str, template: str = "TPT", institution: str = OWNER) -> str:
    """Leaves a snapshot as an earlier delivery does; returns the submission it says it is of."""
    submission = str(uuid.uuid4())
    snapshot = Snapshot(template, "7.0", fund, "Aldern Income", "EUR", day, {}, submission=submission)
    chain.store(layout.by_fund_key(snapshot.key, submission, template), snapshot.to_bytes(), institution)
    return submission


def kept(chain: Chain, fund: str) -> set[tuple[str, str, str]]:
    """(date, template, submission) of what is remembered of a fund."""
    found = map(layout.ByFund.of, chain.keys(OWNER, "results", fund_prefix(fund)))
    return {(part.date, part.template, part.submission) for part in found if part}


def compared(chain: Chain, run: Run, institution: str = OWNER) -> set[str]:
    """The submissions whose snapshots a run read."""
    read = json.loads(chain.output(run, "quality", "compared.json", institution))
    return {part.submission for each in read if (part := layout.ByFund.of(each["key"]))}


def test_a_delivery_is_remembered_by_fund_and_date_and_the_next_one_is_compared_with_it(chain: Chain) -> None:
    fund = new_fund()
    first = chain.run(positions(fund, "2025-11-30"))
    assert kept(chain, fund) == {("2025-11-30", "TPT", first.submission)}
    (key,) = chain.keys(OWNER, "results", fund_prefix(fund))
    snapshot = Snapshot.from_bytes(chain.read(RESULTS, key))
    assert (snapshot.id, snapshot.template, snapshot.submission) == (fund, "TPT", first.submission)
    second = chain.run(positions(fund, "2025-12-31"))
    assert compared(chain, second) == {first.submission}
    (told,) = json.loads(chain.result(second, "verdict.json"))["compared_with"]
    assert (told["valuation_date"], told["submission"]) == ("2025-11-30", first.submission)


def test_every_fund_of_a_delivery_is_remembered(chain: Chain) -> None:
    run = chain.run(positions("", "2025-11-30", funds=5))
    keys = chain.keys(OWNER, "results", "by-fund/")
    assert len([key for key in keys if run.submission in key]) == 5


def test_a_share_class_of_another_template_is_remembered_too(chain: Chain) -> None:
    fund = new_fund()
    run = chain.run(target_market(fund, "2025-06-30"))
    assert kept(chain, fund) == {("2025-06-30", "EMT", run.submission)}


def test_what_is_read_is_the_last_delivery_before_on_and_after_the_day_and_the_last_of_each_other_template(
    chain: Chain,
) -> None:
    fund = new_fund()
    days = ["2025-09-30", "2025-11-29", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"]
    old, _, before, same, _, after = (remember(chain, fund, day) for day in days)
    _, emt = (remember(chain, fund, day, "EMT") for day in ("2025-06-30", "2026-03-31"))
    ept = remember(chain, fund, "2025-03-31", "EPT")
    forgotten = remember(chain, fund, "2023-12-31", "EET")
    assert compared(chain, chain.run(positions(fund, "2025-12-31"))) == {before, same, after, emt, ept}
    assert old and forgotten


def test_of_two_deliveries_on_one_day_the_one_stored_last_counts(chain: Chain) -> None:
    fund = new_fund()
    repeated = remember(chain, fund, "2025-11-30")
    corrected = remember(chain, fund, "2025-11-30")
    assert compared(chain, chain.run(positions(fund, "2025-12-31"))) == {corrected}
    (key,) = (key for key in chain.keys(OWNER, "results", fund_prefix(fund)) if repeated in key)
    time.sleep(1)  # the emulator's clock for objects ticks in seconds
    chain.store(key, chain.read(RESULTS, key))
    assert repeated in compared(chain, chain.run(positions(fund, "2025-12-30")))


def test_a_repeated_run_replaces_what_it_left_and_is_compared_with_what_came_meanwhile(chain: Chain) -> None:
    fund = new_fund()
    run = chain.run(positions(fund, "2025-12-31"))
    meanwhile = remember(chain, fund, "2025-11-30")
    resumed = chain.again(run)
    assert chain.marker(resumed, "validate")["resumed"]
    assert compared(chain, run) == set()
    assert compared(chain, resumed) == {meanwhile}, "but not with itself"
    assert kept(chain, fund) == {("2025-12-31", "TPT", run.submission), ("2025-11-30", "TPT", meanwhile)}


def test_what_is_withdrawn_while_it_runs_leaves_nothing_to_compare_with(chain: Chain) -> None:
    fund = new_fund()
    run = chain.run(positions(fund, "2025-11-30"))
    mark = layout.result_key(run.submission, 2, "withdrawn.json")
    chain.store(mark, b"{}")  # before Publish of the second attempt looks
    again = chain.again(run)
    (key,) = chain.keys(OWNER, "results", fund_prefix(fund))
    assert (again.status, chain.read(RESULTS, key)) == ("SUCCEEDED", b"")
    chain.again(again)  # the mark is about one attempt
    assert chain.read(RESULTS, key) != b"", "its twin"


def test_a_snapshot_that_cannot_be_understood_is_passed_over(chain: Chain) -> None:
    fund = new_fund()
    chain.store(layout.by_fund_key(f"{fund_prefix(fund)}2025-11-30", uuid.uuid4(), "TPT"), b'{"format": 0}')
    whole = remember(chain, fund, "2026-01-31")
    run = chain.run(positions(fund, "2025-12-31"))
    assert (run.status, compared(chain, run)) == ("SUCCEEDED", {whole})
    assert any("snapshot not understood" in line for line in chain.logs(run.submission))


def test_nothing_of_another_institution_is_compared_with(chain: Chain) -> None:
    fund = new_fund()
    remember(chain, fund, "2025-11-30")
    run = chain.run(positions(fund, "2025-12-31"), institution=OTHER)
    assert (run.status, compared(chain, run, OTHER)) == ("SUCCEEDED", set())


def test_an_unreadable_file_is_not_remembered(chain: Chain) -> None:
    before = chain.keys(OWNER, "results", "by-fund/")
    assert chain.run(b"a;b\n1;2\n").output["verdict"] == "unreadable"
    assert chain.keys(OWNER, "results", "by-fund/") == before


class Pages:
    """A bucket that tells its names in pages."""

    def __init__(self, *pages: list[str]) -> None:
        self.pages, self.asked = pages, list[dict[str, Any]]()

    def list_objects_v2(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        number = int(asked.get("ContinuationToken", 0))
        more = number + 1 < len(self.pages)
        contents = [
            {"Key": key, "LastModified": datetime(2026, 1, 1, tzinfo=UTC), "Size": 1}
            for key in self.pages[number]
        ]
        return {"Contents": contents, "IsTruncated": more} | (
            {"NextContinuationToken": str(number + 1)} if more else {}
        )


@pytest.mark.parametrize(("pages", "names"), [(1, ["a"]), (2, ["a", "b"]), (9, ["a", "b", "c"])])
def test_a_long_list_of_names_is_read_page_by_page_up_to_a_limit(pages: int, names: list[str]) -> None:
    bucket = Pages(["a"], ["b"], ["c"])
    assert [key for key, _ in objects.listed(bucket, "results", "p", "p0", pages)] == names
    assert bucket.asked[0]["StartAfter"] == "p0"


def test_an_emptied_snapshot_no_longer_counts_and_the_one_before_does_again(chain: Chain) -> None:
    fund = new_fund()
    before, taken_back = chain.run(positions(fund, "2025-10-31")), chain.run(positions(fund, "2025-11-30"))
    (key,) = [key for key in chain.keys(OWNER, "results", fund_prefix(fund)) if taken_back.submission in key]
    chain.store(key, b"")
    assert compared(chain, chain.run(positions(fund, "2025-12-31"))) == {before.submission}


def test_a_file_that_is_only_checked_is_compared_and_remembered_nowhere(chain: Chain) -> None:
    fund = new_fund()
    earlier = chain.run(positions(fund, "2025-11-30"))
    submission, original = chain.deliver(positions(fund, "2025-12-31"), check_only=True)
    parameter = chain.park(submission, 1, chain.token())
    state = chain.input(submission, original, parameter) | {"check_only": True}
    run = chain.finish(state, chain.start(state))
    assert run.status == "SUCCEEDED"
    assert {part[2] for part in kept(chain, fund)} == {earlier.submission}
    areas: tuple[layout.Area, ...] = ("landing", "interim", "results")
    for area in areas:
        assert chain.keys(OWNER, area, f"check/{submission}/"), area
        assert not chain.keys(OWNER, area, f"{submission}/"), area
    told = json.loads(chain.read(RESULTS, f"check/{submission}/1/verdict.json"))
    assert [one["submission"] for one in told["compared_with"]] == [earlier.submission]
