"""Receipts: signed facts that anybody can check without the portal, given to who may see the submission."""

import io
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.web.models import ColumnMapping, MappingVersion, Submission
from ingestion.web.pointers import result_key, results_bucket
from ingestion.web.states import State
from portal.accounts.models import User
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.client.__main__ import main
from portal.client.receipts import KEY_NAME
from tests.portal.dashboard.conftest import Make
from tests.portal.dashboard.delivery import DELIVERY

pytestmark = pytest.mark.aws


def get(client: Client, submission: Submission, form: str = "json") -> Any:
    return client.get(reverse("receipt", args=[submission.id, form]))


@pytest.fixture
def taken(viewer: Client, checked: Submission, receipt_key: None, tmp_path: Path) -> Path:
    """A receipt on somebody's disk, with the public key and the delivered file beside it."""
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(get(viewer, checked).content)
    (tmp_path / KEY_NAME).write_bytes(Client().get(reverse("receipt_key")).content)
    (tmp_path / "delivery.csv").write_bytes(DELIVERY)
    return receipt


def test_it_says_what_was_received_and_how_it_was_judged(
    viewer: Client, checked: Submission, receipt_key: None
) -> None:
    receipt = json.loads(get(viewer, checked).content)["receipt"]
    assert receipt["file"] == {
        "name": checked.file_name, "bytes": len(DELIVERY), "sha256": checked.sha256,
        "version": checked.object_version,
    }  # fmt: skip
    assert receipt["submission"]["handed_in_by"]["email"] == "anna@alpine-am.example"
    assert receipt["issued_to"]["email"] == "vera@alpine-am.example"
    assert receipt["institution"]["code"] == "alpine-am"
    assert (receipt["check"]["verdict"], receipt["check"]["counts"]) == (checked.verdict, checked.counts)
    assert receipt["check"]["ruleset_version"] and receipt["check"]["rulebook"] is None
    (record,) = AuditRecord.objects.filter(tag=AuditTag.RECEIPT_ISSUED)
    assert record.detail == {"attempt": 1, "format": "json"}


def test_the_client_finds_it_genuine_without_the_portal(
    taken: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("socket.socket.connect", None)
    assert main(["verify-receipt", str(taken)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Genuine") and "Verdict: failed" in told


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another verdict": lambda envelope: envelope["receipt"]["check"].update(verdict="passed"),
    "fewer errors": lambda envelope: envelope["receipt"]["check"]["counts"].update(error=0),
    "another file": lambda envelope: envelope["receipt"]["file"].update(sha256="0" * 64),
    "another time": lambda envelope: envelope["receipt"].update(issued_at="2030-01-01T00:00:00+00:00"),
    "something added": lambda envelope: envelope["receipt"].update(note="x"),
    "something left out": lambda envelope: envelope["receipt"].pop("issued_to"),
    "no signature": lambda envelope: envelope.pop("signature"),
    "an empty signature": lambda envelope: envelope["signature"].update(value=""),
    "another format": lambda envelope: envelope["receipt"].update(format=2),
    "no receipt": lambda envelope: envelope.clear(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_one_is_not_genuine(taken: Path, change: str) -> None:
    envelope = json.loads(taken.read_text())
    CHANGES[change](envelope)
    taken.write_text(json.dumps(envelope))
    assert main(["verify-receipt", str(taken)]) == 1


def test_it_names_the_version_of_the_column_mapping_that_was_followed(
    viewer: Client,
    checked: Submission,
    anna: User,
    store: Any,
    taken: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert json.loads(taken.read_text())["receipt"]["check"]["column_mappings"] == []
    used = {"fingerprint": "ab" * 32, "version_id": "v-7", "sha256": "cd" * 32}
    place = {"Bucket": results_bucket(checked), "Key": result_key(checked, "verdict")}
    document = json.loads(store.get_object(**place)["Body"].read())
    document["inspection"]["mappings"] = [used]
    store.put_object(**place, Body=json.dumps(document).encode())
    saved = {"saved_by": anna, "saved_at": timezone.now(), "object_version": "v-7"}
    mapping = ColumnMapping.objects.create(
        institution=checked.institution, fingerprint=used["fingerprint"], **saved
    )
    MappingVersion.objects.create(mapping=mapping, number=3, sha256=used["sha256"], **saved)
    taken.write_bytes(get(viewer, checked).content)
    named = json.loads(taken.read_text())["receipt"]["check"]["column_mappings"]
    assert named == [used | {"number": 3}]
    assert main(["verify-receipt", str(taken)]) == 0
    assert "Column mapping: abababababab, version 3" in capsys.readouterr().out
    pdf = get(viewer, checked, "pdf").content
    drawn = [
        zlib.decompress(part) for part in re.findall(rb"stream\r?\n(x\x9c.*?)\r?\nendstream", pdf, re.DOTALL)
    ]
    assert any(b"No. 3, abababababab, v-7" in part for part in drawn)


def test_it_says_whether_the_delivery_still_stands(
    viewer: Client, checked: Submission, make: Make, receipt_key: None
) -> None:
    told = json.loads(get(viewer, checked).content)["receipt"]["submission"]
    assert (told["state"], told["check_only"], told["replaced_by"]) == ("COMPLETED", False, None)
    later = make()
    Submission.objects.filter(pk=checked.pk).update(superseded_by=later)
    told = json.loads(get(viewer, checked).content)["receipt"]["submission"]
    assert told["replaced_by"] == str(later.pk)


def test_written_otherwise_it_is_still_the_same(taken: Path) -> None:
    envelope = json.loads(taken.read_text())
    taken.write_text(json.dumps(dict(reversed(envelope.items())), ensure_ascii=True, indent=None))
    assert main(["verify-receipt", str(taken)]) == 0


def test_it_is_about_one_file_only(
    taken: Path, checked: Submission, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["verify-receipt", str(taken), "--file", str(taken.with_name("delivery.csv"))]
    assert main(arguments) == 1, "the tests' submission has a hash of its own"
    assert "another file" in capsys.readouterr().err


def test_a_key_that_is_none_or_not_there_is_said(taken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = taken.with_name(KEY_NAME)
    key.write_text("no key")
    assert main(["verify-receipt", str(taken)]) == 1
    key.unlink()
    assert main(["verify-receipt", str(taken)]) == 2
    assert KEY_NAME in capsys.readouterr().err


def test_the_pdf_carries_the_receipt_that_can_be_checked(
    viewer: Client, checked: Submission, taken: Path
) -> None:
    Submission.objects.filter(pk=checked.pk).update(file_name="Łódź 资产.csv")
    response = get(viewer, checked, "pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", response.content, re.DOTALL)
    (envelope,) = [stream for stream in streams if stream.startswith(b"{")]
    taken.write_bytes(envelope)
    assert json.loads(envelope)["receipt"]["file"]["name"] == "Łódź 资产.csv"
    assert main(["verify-receipt", str(taken)]) == 0


def test_the_page_leads_to_it_and_an_unchecked_file_has_none(
    viewer: Client, checked: Submission, make: Make, receipt_key: None
) -> None:
    page = viewer.get(reverse("submission", args=[checked.id])).content.decode()
    assert reverse("receipt", args=[checked.id, "pdf"]) in page
    running = make(State.RUNNING)
    page = viewer.get(reverse("submission", args=[running.id])).content.decode()
    assert reverse("receipt", args=[running.id, "pdf"]) not in page
    assert get(viewer, running).status_code == 404
    assert get(viewer, checked, "docx").status_code == 404
    assert AuditRecord.objects.filter(tag=AuditTag.RECEIPT_ISSUED).count() == 0


def test_another_institution_gets_none(
    outsider: Client, viewer: Client, checked: Submission, receipt_key: None
) -> None:
    assert get(outsider, checked).status_code == 404
    assert get(viewer, checked).status_code == 200
    assert io.BytesIO(get(viewer, checked, "pdf").content).getbuffer().nbytes > 1_000
