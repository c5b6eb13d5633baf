"""Correcting cells in the browser: what is shown, what the rules say at once, what is saved and by whom."""

import io
import re
import zipfile
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline.corrections import packages
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.inspection import inspect_file
from ingestion.web.models import Submission
from ingestion.web.selectors import corrections as desk
from ingestion.web.states import State
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from portal.dashboard import corrections as page_of_cells
from tests.ingestion.pipeline.support import zipped
from tests.portal.dashboard.conftest import Make
from tests.portal.dashboard.delivered import delivered
from tests.portal.dashboard.delivery import DELIVERY, FORMULA
from tests.portal.dashboard.test_preview import pin_rows

pytestmark = pytest.mark.aws
CURRENCY, ISIN = "cell.3.21", "cell.5.14"


@pytest.fixture(autouse=True)
def _numbers(alpine: Institution) -> None:
    """The ones that `make` takes are not told to the institution."""
    Institution.objects.filter(pk=alpine.pk).update(next_number=100)


def address(submission: Submission) -> str:
    return reverse("correct", args=[submission.id])


def counts(page: str) -> list[int]:
    found = re.search(r'data-counts="([\d ]+)"', page)
    assert found
    return [int(count) for count in found[1].split()]


def inputs(page: str) -> dict[str, str]:
    """The cells of the form as a browser would send them."""
    return {name: unescape(value) for name, value in re.findall(r'name="(cell[^"]+)" value="([^"]*)"', page)}


def stored(store: Any, submission: Submission) -> bytes:
    where = {"Bucket": submission.object_bucket, "Key": submission.object_key}
    body: bytes = store.get_object(**where)["Body"].read()
    return body


def test_the_cells_with_findings_are_inputs_with_what_is_wrong_beside_them(
    uploader: Client, checked: Submission
) -> None:
    page = uploader.get(address(checked)).text
    assert inputs(page).items() >= {CURRENCY: FORMULA, ISIN: "FR0000131105"}.items()
    assert re.search(r'<div id="said-3-21"[^>]*data-tone="bad"[^>]*><p class="said">', page)
    assert counts(page)[0] == checked.error_count
    shown = uploader.get(reverse("submission", args=[checked.id])).text
    assert f'href="{address(checked)}"' in shown


def test_the_rules_run_again_on_the_corrected_cells_and_nothing_is_stored(
    uploader: Client, checked: Submission
) -> None:
    before = uploader.get(address(checked)).text
    rows = Submission.objects.count()
    page = uploader.post(address(checked), inputs(before) | {CURRENCY: "EUR"}).text
    assert counts(page)[0] < counts(before)[0]
    assert "With one corrected cell" in page
    assert 'data-better="yes"' in page
    assert inputs(page)[CURRENCY] == "EUR", "the form carries what is not stored"
    worse = uploader.post(address(checked), inputs(page) | {"cell.1.6": "soon"}).text
    assert counts(worse)[0] > counts(page)[0]
    assert 'data-better="no"' in worse
    back = uploader.post(address(checked), inputs(worse) | {CURRENCY: FORMULA, "cell.1.6": "2025-12-31"}).text
    assert counts(back) == counts(before)
    assert (Submission.objects.count(), checked.corrected_by.count()) == (rows, 0)


def test_any_cell_or_a_whole_row_can_be_named(uploader: Client, checked: Submission) -> None:
    row = uploader.get(address(checked), {"row": "2"}).text
    assert {name.split(".")[1] for name in inputs(row)} == {"2"}
    assert len(inputs(row)) > 10
    assert "The file has no row 900" in uploader.get(address(checked), {"row": "900"}).text
    named = uploader.post(address(checked), {"other_row": "4", "other_field": "17"}).text
    assert "cell.4.17" in inputs(named)
    one = uploader.get(address(checked), {"rule": "NO-SUCH-RULE"}).text
    assert "No single cell is left to correct" in one


def test_saving_makes_a_submission_that_points_at_the_old_one(
    uploader: Client, checked: Submission, store: Any
) -> None:
    cells = inputs(uploader.get(address(checked)).text) | {CURRENCY: "EUR", ISIN: "FR0000131104"}
    answer = uploader.post(address(checked), cells | {"save": "1", "reason": "Typing mistakes."}, follow=True)
    made = Submission.objects.get(corrects=checked)
    assert answer.redirect_chain[-1][0] == reverse("submission", args=[made.id])
    assert (made.state, made.expected_template, made.reason) == (State.STORED, "TPT", "Typing mistakes.")
    assert made.file_name == "delivery-1-corrected.csv"
    old, new = (
        parse_file(data, inspect_file(data)) for data in (stored(store, checked), stored(store, made))
    )
    for key, column in old.columns.items():
        was = [column.values[code] for code in column.codes]
        now = [new.columns[key].values[code] for code in new.columns[key].codes]
        different = [place + 1 for place in range(len(was)) if was[place] != now[place]]
        assert different == {"21": [3], "14": [5]}.get(key, []), key
    told = AuditRecord.objects.get(tag="portal:submission:received", subject_id=str(made.id)).detail
    assert told["corrects"] == str(checked.id)
    assert "Typing mistakes." not in str(list(AuditRecord.objects.values_list("detail")))
    assert f"no. {made.number}" in uploader.get(reverse("submission", args=[checked.id])).text.lower()
    again = uploader.post(address(checked), cells | {"save": "1"}, follow=True).text
    assert "Exactly this content was received before" in again


def test_a_workbook_stays_one_and_no_cell_of_it_computes(
    uploader: Client, checked: Submission, store: Any
) -> None:
    Submission.objects.filter(pk=checked.pk).update(content_kind="xlsx")
    uploader.post(address(checked), {ISIN: "FR0000131104", "save": "1"})
    made = Submission.objects.get(corrects=checked)
    assert made.file_name.endswith("-corrected.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(stored(store, made))).active
    assert sheet is not None
    kinds = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert kinds[FORMULA] == "s"
    assert kinds["FR0000131104"] == "s"


def test_without_a_corrected_cell_there_is_nothing_to_save(uploader: Client, checked: Submission) -> None:
    page = uploader.post(address(checked), inputs(uploader.get(address(checked)).text) | {"save": "1"}).text
    assert "No cell is corrected yet" in page
    assert checked.corrected_by.count() == 0


def test_what_is_no_cell_of_the_file_is_left_out(uploader: Client, checked: Submission) -> None:
    names = ("cell.999.21", "cell.3.nothing", "cell.x.21", "cell.3", "cell.-1.21")
    assert "As the file is" in uploader.post(address(checked), dict.fromkeys(names, "x")).text


def test_a_field_without_a_column_gets_one(uploader: Client, checked: Submission, store: Any) -> None:
    uploader.post(address(checked), {"cell.2.32": "Fixed", "save": "1"})
    data = stored(store, Submission.objects.get(corrects=checked))
    column = parse_file(data, inspect_file(data)).columns["32"]
    assert [column.values[code] for code in column.codes][:3] == ["", "Fixed", ""]


def test_viewers_and_outsiders_correct_nothing(
    viewer: Client, outsider: Client, colleague: Client, checked: Submission
) -> None:
    for client, status in ((viewer, 403), (outsider, 404), (colleague, 200)):
        assert client.get(address(checked)).status_code == status
        assert client.post(address(checked), {CURRENCY: "EUR"}).status_code == status
    assert address(checked) not in viewer.get(reverse("submission", args=[checked.id])).text


def test_what_cannot_be_corrected_here_says_why(
    uploader: Client, checked: Submission, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = make(State.RUNNING)
    page = uploader.get(address(running), follow=True).text
    assert "Only a delivery that was checked can be corrected" in page
    monkeypatch.setattr(desk, "MAX_BYTES", 10)
    assert "too large to be corrected here" in uploader.get(address(checked), follow=True).text
    assert address(checked) not in uploader.get(reverse("submission", args=[checked.id])).text


@pytest.mark.parametrize("limit", ["MAX_CELLS", "MAX_ROWS_BYTES"])
@pytest.mark.parametrize("pinned", [True, False])
def test_what_is_too_large_to_be_corrected_is_not_even_decoded(
    uploader: Client,
    checked: Submission,
    store: Any,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    pinned: bool,
) -> None:
    if pinned:
        pin_rows(store, checked)
    assert uploader.get(address(checked)).status_code == 200
    monkeypatch.setattr(desk, limit, 10)
    monkeypatch.setattr(desk.Delivery, "from_parquet", lambda _: pytest.fail("it was decoded"))
    assert "too large to be corrected here" in uploader.get(address(checked), follow=True).text


def test_the_correction_of_a_mere_check_is_a_mere_check(uploader: Client, checked: Submission) -> None:
    """Its results lie where those of a check do, so the rows are read before it becomes one."""
    page = uploader.get(address(checked)).text
    assert 'name="reason"' in page
    Submission.objects.filter(pk=checked.pk).update(
        check_only=True,
        results={"rows": _pinned(checked)},
    )
    page = uploader.get(address(checked)).text
    assert 'name="reason"' not in page
    uploader.post(address(checked), {CURRENCY: "EUR", "save": "1"})
    made = Submission.objects.get(corrects=checked)
    assert (made.check_only, made.object_key) == (True, f"check/{made.id}/original")


def _pinned(checked: Submission) -> dict[str, Any]:
    bucket = f"fundgate-000000000000-{checked.institution.code}-results"
    return {"bucket": bucket, "key": f"{checked.id}/1/rows.parquet", "version_id": ""}


def test_rows_and_rules_lead_to_their_cells(uploader: Client, viewer: Client, checked: Submission) -> None:
    row = reverse("row", args=[checked.id, 3])
    assert f'href="{address(checked)}?row=3"' in uploader.get(row).text
    assert f'href="{address(checked)}?row=3"' not in viewer.get(row).text
    page = uploader.get(reverse("submission", args=[checked.id])).text
    rules = re.findall(rf'href="{address(checked)}\?rule=([^"]+)"', page)
    shown = {rule: inputs(uploader.get(address(checked), {"rule": rule}).text) for rule in rules}
    assert list(shown["TPT-FORMAT-21"]) == [CURRENCY]
    assert shown["TPT-REQUIRED-8"] == {}, "what has no column is no single cell"


def test_more_cells_than_a_person_corrects_are_refused(
    uploader: Client, checked: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_cells, "MOST", 1)
    one, two = {CURRENCY: "EUR"}, {CURRENCY: "EUR", ISIN: "FR0000131104"}
    assert "With one corrected cell" in uploader.post(address(checked), one).text
    refused = uploader.post(address(checked), two)
    assert refused.status_code == 409
    assert "At most 1 cells" in refused.text


def test_the_file_of_a_zip_that_holds_the_finding_is_corrected_and_the_others_stay(
    uploader: Client, make: Make, store: Any
) -> None:
    files = {"one.csv": DELIVERY, "<b>two</b>.csv": DELIVERY, "read me.txt": b"Nothing."}
    sent = delivered(store, make, zipped(files), file_name="funds.zip", content_kind="zip")
    assert address(sent) in uploader.get(reverse("submission", args=[sent.id])).text
    page = uploader.get(address(sent), {"row": "3", "part": "2"}).text
    assert "Row 3 of &lt;b&gt;two&lt;/b&gt;.csv" in page
    assert inputs(page)[f"{CURRENCY}.2"] == FORMULA
    named = uploader.post(address(sent), {"other_row": "4", "other_field": "17", "other_part": "2"}).text
    assert "cell.4.17.2" in inputs(named)
    row = uploader.get(f"{reverse('row', args=[sent.id, 3])}?part=2").text
    assert f'href="{address(sent)}?row=3&amp;part=2"' in row
    before = counts(uploader.get(address(sent)).text)
    after = uploader.post(address(sent), {f"{CURRENCY}.2": "EUR"}).text
    assert counts(after)[0] < before[0]
    assert "The zip is made anew" in after
    answer = uploader.post(address(sent), {f"{CURRENCY}.2": "EUR", "save": "1"}, follow=True)
    made = Submission.objects.get(corrects=sent)
    assert answer.redirect_chain[-1][0] == reverse("submission", args=[made.id])
    assert made.file_name == "funds-corrected.zip"
    with zipfile.ZipFile(io.BytesIO(stored(store, made))) as package:
        new = {name: package.read(name) for name in package.namelist()}
    assert list(new) == list(files)
    assert [name for name in files if new[name] != files[name]] == ["<b>two</b>.csv"]
    column = parse_file(new["<b>two</b>.csv"], inspect_file(new["<b>two</b>.csv"])).columns["21"]
    assert column.values[column.codes[2]] == "EUR"


def test_a_zip_that_unpacks_to_too_much_is_not_made_anew(
    uploader: Client, make: Make, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = delivered(store, make, zipped({"one.csv": DELIVERY}), content_kind="zip")
    monkeypatch.setattr(packages, "MAX_INFLATED", 10)
    page = uploader.post(address(sent), {CURRENCY: "EUR", "save": "1"}).text
    assert "Correct it where it is made and upload the new file" in page
    assert not sent.corrected_by.exists()
