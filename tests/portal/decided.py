"""What an institution has decided and has stored, as subjects of requests to pages and API."""

import hashlib
import json
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.utils import timezone

from infra.local import embedded
from infra.local.home import Home
from ingestion.schedule.models import Expectation
from ingestion.web.models import ColumnMapping
from portal.accounts.models import Institution, User
from tests.portal.bodies import FINGERPRINT, MAPPING
from tests.portal.buckets import bucket_of
from tests.portal.dashboard.conftest import AREAS, results_of


@pytest.fixture
def mapping(store: Any, alpine: Institution, anna: User) -> ColumnMapping:
    """A mapping of institution A that is in use."""
    body = json.dumps(MAPPING).encode()
    kept = store.put_object(Bucket=results_of(alpine), Key=f"control/mappings/{FINGERPRINT}.json", Body=body)
    saved = {"template": "HOLDINGS", "template_version": "1.0", "object_version": kept["VersionId"],
             "sha256": hashlib.sha256(body).hexdigest(), "saved_by": anna,
             "saved_at": timezone.now()}  # fmt: skip
    found = ColumnMapping.objects.create(institution=alpine, fingerprint=FINGERPRINT, **saved)
    found.versions.create(number=1, **saved)
    return found


@pytest.fixture
def expectation(alpine: Institution, anna: User) -> Expectation:
    """What is expected of institution A."""
    return Expectation.objects.create(
        institution=alpine, fund="LU0000000001", template="TPT", frequency="monthly",
        starts=date(2026, 1, 1), set_by=anna, set_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def deployed(store: Any, embedded_store: Home, parking: None) -> None:
    """A store for both institutions and a key to park tokens under, as a deployed system has them."""
    _store_of_borealis(embedded_store)


@cache
def _store_of_borealis(home: Home) -> None:
    s3 = embedded.deployer("s3", home)
    for area in AREAS:
        bucket_of(s3, "borealis-insurance", area)
