"""Chains are signed as they grow, and what was signed is found again where nothing can be deleted."""

import io
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command
from django.db import connection

from ingestion.aws.errors import AwsError
from portal.accounts.models import Institution
from portal.audit import heads
from portal.audit.chain import chain_of
from portal.audit.models import AuditHead, AuditRecord, SignedHead
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.audit.verifying import Fault, Kind, verified

pytestmark = pytest.mark.django_db


class Kms:
    """A key that signs as KMS does."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    def sign(self, *, Message: bytes, **_: Any) -> dict[str, bytes]:  # noqa: N803
        return {"Signature": self.key.sign(Message, ec.ECDSA(Prehashed(hashes.SHA256())))}

    def get_public_key(self, **_: Any) -> dict[str, bytes]:
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"PublicKey": public}


class Bucket:
    """A store that lists two objects at a time."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.down = False

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        if self.down:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "PutObject")
        self.objects[Key] = Body

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"Body": io.BytesIO(self.objects[Key])}

    def list_objects_v2(self, **asked: str) -> dict[str, Any]:
        after = max(asked.get("StartAfter", ""), asked.get("ContinuationToken", ""))
        keys = sorted(key for key in self.objects if key.startswith(asked["Prefix"]) and key > after)
        shown = {"Contents": [{"Key": key} for key in keys[:2]], "IsTruncated": len(keys) > 2}
        return shown | ({"NextContinuationToken": keys[1]} if len(keys) > 2 else {})


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    stores = {"kms": Kms(), "s3": Bucket()}
    monkeypatch.setattr(heads, "client", lambda service, region: stores[service])
    return stores["s3"]  # type: ignore[return-value]


@pytest.fixture
def alpine() -> Institution:
    return Institution.objects.create(code="alpine-am", name="Alpine", kind="manager")


def write(institution_id: UUID | None, count: int = 3) -> None:
    for _ in range(count):
        record(tag=AuditTag.SIGNED_IN, institution_id=institution_id, actor_id=uuid4(), subject_id="")


def an_hour_later() -> None:
    AuditHead.objects.update(signed_at=heads.now() - timedelta(hours=2))


def signed_over_hours(chain: UUID, hours: int) -> None:
    """So many signed ends, three records apart, as the sweep makes them hour by hour."""
    moment = heads.now()
    with pytest.MonkeyPatch.context() as patch:
        for hour in range(hours):
            write(chain)
            patch.setattr(heads, "now", lambda hour=hour: moment + timedelta(hours=hour))
            assert heads.sign_heads() == 1
    heads.copy_heads()


def test_a_chain_is_signed_at_most_once_an_hour_and_only_when_it_grew(
    bucket: Bucket, alpine: Institution
) -> None:
    write(alpine.pk)
    write(None)
    assert [heads.sign_heads(), heads.sign_heads()] == [2, 0]
    write(alpine.pk)
    assert heads.sign_heads() == 0
    an_hour_later()
    assert heads.sign_heads() == 1
    assert list(SignedHead.objects.filter(chain=alpine.pk).values_list("number", flat=True)) == [3, 6]


def test_a_signed_end_is_copied_once_and_later_when_the_store_was_down(
    bucket: Bucket, alpine: Institution
) -> None:
    write(alpine.pk)
    heads.sign_heads()
    bucket.down = True
    with pytest.raises(AwsError):
        heads.copy_heads()
    bucket.down = False
    assert [heads.copy_heads(), heads.copy_heads()] == [1, 0]
    ((key, body),) = bucket.objects.items()
    assert key.startswith(f"heads/{alpine.pk}/000000000003-")
    assert set(json.loads(body)) == {"head", "signature"}


def test_what_was_signed_agrees_with_an_untouched_chain(bucket: Bucket, alpine: Institution) -> None:
    signed_over_hours(alpine.pk, 3)
    found = heads.signed_heads(str(alpine.pk), copies=True)
    assert [(each.number, each.genuine) for each in found] == [(3, True), (6, True), (9, True)]
    assert [each.number for each in heads.signed_heads(str(alpine.pk), after=6, copies=True)] == [9]
    assert verified(str(alpine.pk), found).fault is None


def test_copies_tell_what_the_database_was_made_to_forget(bucket: Bucket, alpine: Institution) -> None:
    """Records, the end of the chain and every signature after it: all gone from the database."""
    signed_over_hours(alpine.pk, 4)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditrecord WHERE number > 3")
    kept = AuditRecord.objects.get(number=3)
    AuditHead.objects.update(number=3, hash=kept.hash)
    SignedHead.objects.filter(number__gt=3).delete()
    chain = chain_of(alpine.pk)
    assert verified(chain, heads.signed_heads(chain, copies=False)).fault is None
    assert verified(chain, heads.signed_heads(chain, copies=True)).fault == Fault(4, Kind.MISSING)


@pytest.mark.parametrize("field", ["number", "hash", "signature"])
def test_a_signed_end_that_was_changed_is_named(bucket: Bucket, alpine: Institution, field: str) -> None:
    signed_over_hours(alpine.pk, 2)
    changed: dict[str, object] = {"number": 5, "hash": "0" * 64, "signature": "AAAA"}
    SignedHead.objects.filter(number=6).update(**{field: changed[field]})
    fault = verified(str(alpine.pk), heads.signed_heads(str(alpine.pk), copies=False)).fault
    assert fault is not None and fault.kind == Kind.UNSIGNED


@pytest.mark.parametrize(
    "head",
    [None, [], {}, *({"hash": "ab", "at": at} for at in ("rubbish", None, 7, "0001-01-01T00:00+14:00"))],
)
def test_a_copy_that_is_no_signed_end_is_named(bucket: Bucket, alpine: Institution, head: Any) -> None:
    signed_over_hours(alpine.pk, 1)
    copy = json.dumps({"head": head, "signature": "AAAA"}) if head is not None else "nothing of ours"
    bucket.objects[f"heads/{alpine.pk}/000000000002-abc.json"] = copy.encode()
    fault = verified(str(alpine.pk), heads.signed_heads(str(alpine.pk), copies=True)).fault
    assert fault == Fault(2, Kind.UNSIGNED)


def test_the_command_says_that_the_chains_stand(
    bucket: Bucket, alpine: Institution, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_over_hours(alpine.pk, 2)
    write(None)
    call_command("verify_audit")
    told = capsys.readouterr().out
    assert "alpine-am: 6 records stand as they were written; 2 signed ends agree." in told
    assert "records of no institution: 3 records stand" in told


def test_the_command_names_the_first_bad_record_and_fails(
    bucket: Bucket, alpine: Institution, capsys: pytest.CaptureFixture[str]
) -> None:
    write(None)
    write(alpine.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_auditrecord SET tag = 'x' WHERE number >= 2 AND institution_id IS NOT NULL"
        )
    with pytest.raises(CommandError, match="1 of the chains"):
        call_command("verify_audit")
    assert "alpine-am: record 2 was changed." in capsys.readouterr().out
    with pytest.raises(CommandError, match="no institution with the code"):
        call_command("verify_audit", institution="nobody")


def test_the_chain_stands_when_a_person_s_name_is_taken_out(
    bucket: Bucket, alpine: Institution, django_user_model: Any
) -> None:
    """A record names a person by id only, so that what they were called can go."""
    person = django_user_model.objects.create(issuer="i", subject="s", email="p@alpine.example", name="Paula")
    record(
        tag=AuditTag.SIGNED_IN,
        institution_id=alpine.pk,
        actor_id=person.pk,
        subject_id=person.pk,
        address=None,
    )
    assert "Paula" not in str(AuditRecord.objects.values()) and "p@" not in str(AuditRecord.objects.values())
    django_user_model.objects.update(name="", email="", subject=f"removed-{uuid4()}")
    assert verified(chain_of(alpine.pk)).fault is None
    assert AuditRecord.objects.get().actor_id == person.pk
