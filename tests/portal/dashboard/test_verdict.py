"""What a verdict says beyond its counts: structure, notes, members, comparison, completeness, stored part."""

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality import Snapshot, check_quality, merge, snapshots
from ingestion.pipeline.verdict import index_card, verdict_document
from ingestion.web.models import Submission
from portal.dashboard.templatetags.fundgate import percent
from tests.ingestion.pipeline.readers.test_zip_files import zipped
from tests.portal.dashboard.conftest import Make, put_results
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.dashboard.test_results import content, get

pytestmark = pytest.mark.aws
EARLIER = uuid4()


def told(
    store: Any, make: Make, data: bytes, changes: dict[str, Any] | None = None, days_before: str = ""
) -> Submission:
    """A submission with the results of the real rules and of the Quality step, some of them changed."""
    inspection = inspect_file(data)
    delivery = parse_file(data, inspection)
    validation = validate(delivery)
    previous = [_at(each, days_before) for each in snapshots(delivery)] if days_before else []
    document = verdict_document(validation, inspection, index_card(delivery))
    document, findings = merge(document, validation.findings, check_quality(delivery, previous))
    document |= changes or {}
    counts = document["counts"]
    submission = make(
        verdict=document["verdict"],
        counts=(counts["error"], counts["warning"], counts["info"]),
        template=document["template"],
        template_version=document["version"],
        index_card=document["index_card"],
    )
    put_results(store, submission, json.loads(json.dumps(document)), findings_parquet(findings))
    return submission


def _at(snapshot: Snapshot, day: str) -> Snapshot:
    return replace(snapshot, valuation_date=day, submission=str(EARLIER))


def test_a_broken_structure_is_said_first_and_a_sound_one_is_not_mentioned(
    viewer: Client, store: Any, make: Make
) -> None:
    words = "The structure of the file is broken, so values were not checked."
    shifted = DELIVERY.replace(b";EUR;", b";EUR;x;y;z;")
    broken = get(viewer, "submission", told(store, make, shifted)).content.decode()
    assert words in broken
    assert broken.index(words) < broken.index("Findings by rule")
    assert "STRUCTURE_FIRST" in broken
    assert words not in get(viewer, "submission", told(store, make, DELIVERY)).content.decode()


def test_each_rule_leads_to_its_page_and_back(viewer: Client, store: Any, make: Make) -> None:
    submission = told(store, make, DELIVERY)
    address = f"{reverse('rule', args=['TPT', submission.template_version, 'TPT-FORMAT-21'])}"
    address += f"?from={submission.id}"
    assert f'href="{address}"' in get(viewer, "submission", submission).content.decode()
    assert f'href="{address}"' in get(viewer, "findings", submission, "?rule=TPT-FORMAT-21").content.decode()
    assert reverse("submission", args=[submission.id]) in viewer.get(address).content.decode()


def test_an_institution_s_own_rule_and_one_long_gone_have_no_page(
    viewer: Client, store: Any, make: Make
) -> None:
    group = {"severity": "error", "scope": "cell", "title": "Ours", "fields": ["26"], "count": 1, "stored": 1,
             "offset": 0}  # fmt: skip
    submission = told(store, make, DELIVERY, {"groups": [group | {"rule": "OWN-1"}]})
    page = get(viewer, "submission", submission).content.decode()
    assert 'data-rule="OWN-1"' in page
    assert "About this rule" not in page


def test_choices_made_while_reading_are_told(viewer: Client, store: Any, make: Make) -> None:
    doubled = b"\n".join(line + b";" + line.split(b";")[0] for line in DELIVERY.split(b"\n"))
    submission = told(store, make, doubled)
    page = get(viewer, "submission", submission).content.decode()
    assert 'data-note="DOUBLE_COLUMNS"' in page
    assert "The first of each counts" in page
    german = viewer.get(f"/submissions/{submission.id}/", headers={"accept-language": "de"}).content.decode()
    assert "Es zählt jeweils die erste." in german and "The first of each counts" not in german
    assert "one column</summary>" in page
    assert "DOUBLE_COLUMNS" not in get(viewer, "submission", told(store, make, DELIVERY)).content.decode()


def test_findings_of_several_files_name_their_file_on_page_and_in_downloads(
    viewer: Client, store: Any, make: Make
) -> None:
    files = {"a.csv": DELIVERY, "b.csv": DELIVERY, "letter.txt": b"Dear all,\nno table here.\n"}
    submission = told(store, make, zipped(files))
    page = get(viewer, "submission", submission).content.decode()
    assert page.count('<li data-checked="yes">') == 2
    assert page.count('<li data-checked="no">') == 1
    assert "MEMBERS_LEFT_OUT" in page
    table = get(viewer, "findings", submission, "?rule=TPT-FORMAT-21").content.decode()
    assert {name for name in files if f'data-label="File">{name}<' in table} == {"a.csv", "b.csv"}
    lines = list(
        csv.reader(io.StringIO(content(get(viewer, "findings_csv", submission)).decode("utf-8-sig")))
    )
    assert lines[0][:3] == ["Severity", "File", "Row"]
    assert {line[1] for line in lines[1:]} >= {"a.csv", "b.csv"}
    book = openpyxl.load_workbook(io.BytesIO(content(get(viewer, "findings_xlsx", submission))))
    assert [cell.value for cell in book["Findings"][1]][:3] == ["Severity", "File", "Row"]


def test_one_file_alone_is_not_named_again(viewer: Client, store: Any, make: Make) -> None:
    submission = told(store, make, zipped({"a.csv": DELIVERY}))
    assert 'data-label="File"' not in get(viewer, "findings", submission).content.decode()
    book = openpyxl.load_workbook(io.BytesIO(content(get(viewer, "findings_xlsx", submission))))
    assert "File" not in [cell.value for cell in book["Findings"][1]]


def test_earlier_deliveries_are_named_with_new_and_gone_positions(
    viewer: Client, store: Any, make: Make
) -> None:
    first = get(viewer, "submission", told(store, make, DELIVERY)).content.decode()
    assert "NO_PREVIOUS_DELIVERY" in first
    assert 'role="rowheader" scope="row"><a href="/submissions/' not in first
    later = get(viewer, "submission", told(store, make, DELIVERY, days_before="2025-11-30")).content.decode()
    assert f'<a href="{reverse("submission", args=[EARLIER])}">TPT, 30 Nov 2025</a>' in later
    assert 'data-label="New positions">0<' in later
    assert "NO_PREVIOUS_DELIVERY" not in later


def test_completeness_shows_scores_lowest_fields_and_funds(viewer: Client, store: Any, make: Make) -> None:
    submission = told(store, make, DELIVERY)
    page = unescape(get(viewer, "submission", submission).content.decode())
    page = page.partition('id="completeness"')[2]
    assert "Mandatory cells filled" in page
    assert "LU0000000001" in page
    shown = re.findall(r"<li><span>([^<]+)</span><span class=\"num\">([^<]+)<", page)
    labels = {field.label for field in find_pack("TPT", submission.template_version).fields.values()}
    assert len(shown) == 10
    assert {label for label, _ in shown} <= labels
    assert shown[0][1] == "0\xa0%"
    plain = told(store, make, DELIVERY, {"completeness": None})
    assert 'id="completeness"' not in get(viewer, "submission", plain).content.decode()


def test_the_rulebook_that_was_followed_is_named(viewer: Client, store: Any, make: Make) -> None:
    followed = {"version_id": "v-rulebook-7", "sha256": "a" * 64, "title": "What we accept"}
    page = get(viewer, "submission", told(store, make, DELIVERY, {"rulebook": followed})).content.decode()
    assert "v-rulebook-7" in page and "What we accept" in page
    assert "data-rulebook" not in get(viewer, "submission", told(store, make, DELIVERY)).content.decode()


def test_where_not_all_findings_are_stored_both_numbers_are_said(
    viewer: Client, store: Any, make: Make
) -> None:
    inspection = inspect_file(DELIVERY)
    groups = verdict_document(validate(parse_file(DELIVERY, inspection)), inspection, {})["groups"]
    wanted = next(group for group in groups if group["rule"] == "TPT-P08-DUPLICATE")
    more = [group | ({"count": 4_000} if group is wanted else {}) for group in groups]
    submission = told(store, make, DELIVERY, {"groups": more})
    words = f"The first {wanted['stored']} of 4,000 findings are stored"
    assert words in get(viewer, "submission", submission).content.decode()
    page = get(viewer, "findings", submission, "?rule=TPT-P08-DUPLICATE").content.decode()
    assert f"4,000 were found; the first {wanted['stored']} are stored." in page
    assert page.count('<tr role="row" data-rule="TPT-P08-DUPLICATE"') == wanted["stored"]
    after = groups[groups.index(wanted) + 1]["rule"]
    following = get(viewer, "findings", submission, f"?rule={after}").content.decode()
    assert f'<tr role="row" data-rule="{after}"' in following, "what stands behind is still found"


@pytest.mark.parametrize(
    ("share", "words"),
    [(1, "100\xa0%"), (0.9999, "99.9\xa0%"), (0.5, "50\xa0%"), (0, "0\xa0%"), (0.0314, "3.1\xa0%")],
)
def test_only_what_is_whole_is_called_a_hundred_percent(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(("rules", "folded"), [(35, 0), (36, 11), (178, 153)])
def test_many_broken_rules_are_folded_after_the_first(
    viewer: Client, store: Any, make: Make, rules: int, folded: int
) -> None:
    group = {"severity": "error", "scope": "cell", "title": "A title", "explanation": "", "how_to_fix": ""}
    group |= {"reference": "", "fields": [], "count": 1, "stored": 0, "offset": 0}
    groups = [group | {"rule": f"TPT-FORMAT-{number}"} for number in range(rules)]
    page = get(viewer, "submission", told(store, make, DELIVERY, {"groups": groups})).content.decode()
    first, _, more = page.partition("data-more-rules")
    assert (first + more).count('class="rule"') == rules
    assert more.count('class="rule"') == folded
    assert bool(folded) == (f"{folded} more rules are not kept" in more)
