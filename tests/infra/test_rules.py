"""Who reads the rules of a key and of buckets: the institution its own, and the page says what they say."""

import pytest

from ingestion.aws.deployed import bucket_of, key_of
from ingestion.aws.errors import AccessDenied
from ingestion.aws.layout import AREAS, FUNCTIONS
from portal.dashboard.security import explained
from tests.infra.embedded import ACCOUNT, Platform

pytestmark = pytest.mark.aws

OWNER, OTHER = "alpine-am", "borealis-insurance"
OUTSIDERS = [OTHER, "portal", "worker", *[f"fn-{name}" for name in FUNCTIONS]]


def test_an_institution_reads_the_rules_of_its_own_key_and_buckets_only(platform: Platform) -> None:
    key = platform.institutions[OWNER]["KeyArn"]
    for who in (OWNER, *OUTSIDERS):
        granted = platform.member(who) if who in (OWNER, OTHER) else platform.runtime(who)
        s3, kms = platform.server.client("s3", granted), platform.server.client("kms", granted)
        if who == OWNER:
            assert {bucket_of(s3, ACCOUNT, OWNER, area).key_arn for area in AREAS} == {key}
            assert key_of(kms, key).arn == key
            continue
        for area in AREAS:
            with pytest.raises(AccessDenied):
                bucket_of(s3, ACCOUNT, OWNER, area)
        with pytest.raises(AccessDenied):
            key_of(kms, key)


def test_the_deployed_rules_keep_every_promise(platform: Platform) -> None:
    granted = platform.member(OWNER)
    s3, kms = platform.server.client("s3", granted), platform.server.client("kms", granted)
    buckets = [bucket_of(s3, ACCOUNT, OWNER, area) for area in AREAS]
    rules = explained(OWNER, key_of(kms, buckets[0].key_arn), buckets)
    assert rules.whole and rules.key.state == "Enabled"
    assert all(each.sentence for each in rules.said)
    assert [str(label.word) for row in rules.uses for label in row.labels].count("Yes") == 3
