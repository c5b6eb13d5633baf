"""The audit trail only grows."""

from uuid import uuid4

import pytest
from django.db import transaction

from infra.local.home import ROOT
from portal.audit import selectors, services
from portal.audit.errors import AppendOnly
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag

pytestmark = pytest.mark.django_db


def a_record(**changed: object) -> AuditRecord:
    values = {
        "tag": AuditTag.SIGNED_IN,
        "institution_id": uuid4(),
        "actor_id": uuid4(),
        "subject_id": uuid4(),
    }
    return services.record(**(values | changed))  # type: ignore[arg-type]


def test_a_record_keeps_who_what_and_where() -> None:
    made = a_record(address="192.0.2.7", detail={"role": "admin"})
    kept = AuditRecord.objects.get()
    assert (kept.pk, kept.tag, kept.address) == (made.pk, "portal:session:signed-in", "192.0.2.7")
    assert kept.detail == {"role": "admin"}


def test_a_record_is_never_changed() -> None:
    made = a_record()
    made.tag = AuditTag.SIGNED_OUT
    for change in (made.save, lambda: AuditRecord.objects.update(tag="x"),
                   lambda: AuditRecord.objects.bulk_update([made], ["tag"])):  # fmt: skip
        with pytest.raises(AppendOnly):
            change()
    assert AuditRecord.objects.get().tag == AuditTag.SIGNED_IN


def test_a_record_is_never_deleted() -> None:
    made = a_record()
    for deletion in (made.delete, AuditRecord.objects.all().delete):
        with pytest.raises(AppendOnly):
            deletion()
    assert AuditRecord.objects.count() == 1


def test_an_unknown_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="made:up:tag"):
        a_record(tag="made:up:tag")
    assert AuditRecord.objects.count() == 0


def test_a_record_goes_when_its_act_does() -> None:
    with pytest.raises(RuntimeError, match="the act failed"), transaction.atomic():
        a_record()
        raise RuntimeError("the act failed")
    assert AuditRecord.objects.count() == 0


def test_an_institution_reads_only_its_own_records() -> None:
    mine, theirs = uuid4(), uuid4()
    subject = uuid4()
    kept = a_record(institution_id=mine, subject_id=subject)
    a_record(institution_id=theirs, subject_id=subject)
    assert list(selectors.records_of_institution(mine)) == [kept]
    assert list(selectors.records_about(institution_id=mine, subject_id=subject)) == [kept]


def test_every_tag_is_recorded_somewhere() -> None:
    folders = ("portal", "ingestion", "sharing")
    sources = [file.read_text() for folder in folders for file in (ROOT / folder).rglob("*.py")]
    unused = {tag.name for tag in AuditTag if not any(f"AuditTag.{tag.name}" in text for text in sources)}
    assert unused == set()


def test_every_tag_names_source_subject_and_action() -> None:
    assert all(len(tag.split(":")) == 3 and all(tag.split(":")) for tag in AuditTag)
    assert len({str(tag) for tag in AuditTag}) == len(AuditTag)
