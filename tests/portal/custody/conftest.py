"""An institution of its own with empty buckets in the embedded store, and its admin."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from django.test import Client

from ingestion.aws import layout
from ingestion.web.models import Submission
from portal.accounts.models import Institution, User
from tests.portal.buckets import bucket_of
from tests.portal.dashboard.conftest import (  # noqa: F401
    Make,
    alpine,
    anna,
    borealis,
    embedded_store,
    make,
    member,
    sign_in,
    store,
)

ACCOUNT = "000000000000"


class Buckets:
    """The four buckets of an institution, with what is put there and listed as the account's owner."""

    def __init__(self, s3: Any, code: str) -> None:
        self.s3, self.code = s3, code
        for area in layout.AREAS:
            bucket_of(s3, code, area)

    def name(self, area: layout.Area) -> str:
        return layout.bucket_name(ACCOUNT, self.code, area)

    def put(self, area: layout.Area, key: str, body: bytes) -> str:
        """The id of the new version."""
        return str(self.s3.put_object(Bucket=self.name(area), Key=key, Body=body)["VersionId"])

    def is_locked(self, area: layout.Area, key: str, version: str) -> bool:
        where = {"Bucket": self.name(area), "Key": key, "VersionId": version}
        try:
            return bool(self.s3.get_object_legal_hold(**where)["LegalHold"]["Status"] == "ON")
        except ClientError:
            return False  # it never had one

    def versions(self, area: layout.Area) -> Iterator[tuple[str, str, bytes]]:
        """Key, version and bytes of all that lies in one."""
        for each in self.s3.list_object_versions(Bucket=self.name(area)).get("Versions", []):
            where = {"Bucket": self.name(area), "Key": each["Key"], "VersionId": each["VersionId"]}
            yield each["Key"], each["VersionId"], self.s3.get_object(**where)["Body"].read()


@pytest.fixture
def zermatt(db: None) -> Institution:
    """Its code is new each time: what the store holds stays from test to test."""
    code = f"zermatt-{uuid4().hex[:8]}"
    return Institution.objects.create(code=code, name="Zermatt Funds", kind="manager")


@pytest.fixture
def zoe(zermatt: Institution) -> User:
    return member(zermatt, f"zoe-{zermatt.code}", "admin")


@pytest.fixture
def admin(zoe: User, zermatt: Institution) -> Client:
    return sign_in(zoe, zermatt.code)


@pytest.fixture
def buckets(store: Any, zermatt: Institution) -> Buckets:  # noqa: F811
    return Buckets(store, zermatt.code)


@pytest.fixture
def delivery(buckets: Buckets, make: Make, zermatt: Institution, zoe: User) -> Submission:  # noqa: F811
    """A submission with its file, two attempts, and what must not be taken out beside it."""
    made = make(institution=zermatt, uploaded_by=zoe, file_name="../../Zürich: 2025/12.csv", attempt=2)
    made.object_version = buckets.put("landing", layout.landing_key(made.id), b"a;b\r\n1;2\r\n")
    buckets.put("landing", layout.landing_key(uuid4(), check_only=True), b"only checked")
    for attempt in (1, 2):
        buckets.put("results", layout.result_key(made.id, attempt, "verdict.json"), b"{}" * attempt)
        table = layout.result_key(made.id, attempt, "tables/holdings.parquet")
        buckets.put("results", table, bytes(range(256)) * 20)
        marker = layout.marker_key(made.id, attempt, "parse")
        buckets.put("interim", marker, b'{"stage": "parse"}')
        between = layout.stage_key(made.id, attempt, "parse", "delivery.parquet")
        buckets.put("interim", between, b"handed from step to step")
    for number in (1, 2, 3):
        buckets.put("results", layout.control_key("rulebooks", "current"), b'{"rules": %d}' % number)
    buckets.put("results", f"by-fund/{'0' * 64}/2025-12-31/{made.id}.tpt.json", b"a snapshot")
    made.save()
    return made
