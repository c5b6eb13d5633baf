"""Records that were written before there was a chain are chained as they stand."""

import importlib
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from portal.audit.models import AuditHead, AuditRecord
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.audit.verifying import chains, verified

pytestmark = pytest.mark.django_db
migration = importlib.import_module("portal.audit.migrations.0002_chain")


def test_what_was_written_before_is_chained_and_goes_on() -> None:
    institutions = (uuid4(), None, uuid4())
    for institution_id in institutions * 3:
        record(tag=AuditTag.SIGNED_IN, institution_id=institution_id, actor_id=uuid4(), subject_id="x")
    AuditHead.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditrecord SET number = 100 + id, previous = '', hash = ''")
    assert all(verified(chain).fault for chain in chains())

    migration.chain(apps, SimpleNamespace(connection=connection))
    assert [verified(chain).last for chain in chains()] == [3, 3, 3]
    record(tag=AuditTag.SIGNED_OUT, institution_id=None, actor_id=uuid4(), subject_id="x")
    assert [verified(chain).fault for chain in chains()] == [None] * 3
    assert AuditRecord.objects.filter(institution_id=None).last().number == 4  # type: ignore[union-attr]
