"""Retention, legal holds and leaving by real calls: what buckets say, what nobody deletes, who is out."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ingestion.aws import layout
from ingestion.aws.holds import set_hold
from ingestion.aws.packaging import packaged
from portal.accounts import directory
from portal.custody.retention import LEAST_DAYS, kept_of
from tests.infra.embedded import ACCOUNT, TEMPLATES, Platform, refused
from tests.infra.test_templates import resources

pytestmark = pytest.mark.aws
OWNER, OTHER = "alpine-am", "borealis-insurance"
DENIED = {"AccessDenied", "AccessDeniedException"}


def s3_of(platform: Platform, who: str) -> Any:
    known = who in platform.institutions
    return platform.server.client("s3", platform.member(who) if known else platform.runtime(who))


def days(platform: Platform) -> dict[str, tuple[int, int]]:
    kept = kept_of(s3_of(platform, OWNER), ACCOUNT, OWNER)
    return {one.area: (one.days, one.gone_after) for one in kept}


def test_the_buckets_say_what_the_stack_was_given(platform: Platform) -> None:
    as_shipped = {"landing": (3653, 7306), "results": (3653, 7306), "interim": (3653, 7306)}
    assert days(platform) == as_shipped | {"exchange": (3653, 3654)}
    platform.deploy_institution(OWNER, RetentionDays="1827", InterimDays="400", ReceivedDays="366")
    try:
        assert days(platform) == {
            "landing": (1827, 3654), "results": (1827, 3654), "interim": (400, 800), "exchange": (366, 367),
        }  # fmt: skip
        platform.deploy_institution(OWNER)
        assert days(platform)["landing"] == (1827, 3654), "what is not named keeps its value"
    finally:
        platform.deploy_institution(OWNER, RetentionDays="3653", InterimDays="3653", ReceivedDays="3653")


def test_the_least_days_are_those_of_the_template() -> None:
    parameters = json.loads(packaged(TEMPLATES / "institution.yaml"))["Parameters"]
    assert {name: parameters[name]["MinValue"] for name in LEAST_DAYS} == LEAST_DAYS


@pytest.mark.parametrize("who", [OTHER, "portal", "worker"])
def test_nobody_else_reads_how_long_things_are_kept_and_nobody_changes_it(
    platform: Platform, who: str
) -> None:
    bucket = layout.bucket_name(ACCOUNT, OWNER, "landing")
    asked = s3_of(platform, who).get_bucket_lifecycle_configuration
    assert refused(asked, Bucket=bucket) in DENIED
    rules = {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}
    for one in (OWNER, who):
        change = s3_of(platform, one).put_bucket_lifecycle_configuration
        assert refused(change, Bucket=bucket, LifecycleConfiguration=rules) in DENIED


@pytest.mark.parametrize("area", ["landing", "results"])
def test_what_is_held_is_deleted_by_nobody_until_it_is_released(
    platform: Platform, area: layout.Area
) -> None:
    owner, root = s3_of(platform, OWNER), platform.server.client("s3")
    bucket, folder = layout.bucket_name(ACCOUNT, OWNER, area), f"{uuid.uuid4()}/"
    where = {"Bucket": bucket, "Key": f"{folder}original"}
    first, second = (owner.put_object(Body=body, **where)["VersionId"] for body in (b"a", b"b"))
    beside = {"Bucket": bucket, "Key": f"{uuid.uuid4()}/original"}
    free = owner.put_object(Body=b"free", **beside)["VersionId"]
    assert set_hold(owner, bucket, folder, on=True) == 2
    for version in (first, second):
        assert refused(root.delete_object, VersionId=version, **where) in DENIED
    root.delete_object(VersionId=free, **beside)
    assert set_hold(owner, bucket, folder, on=True) == 2, "it may run twice"
    assert set_hold(owner, bucket, folder, on=False) == 2
    root.delete_object(VersionId=first, **where)
    with pytest.raises(ClientError):
        root.get_object(VersionId=first, **where)


@pytest.mark.parametrize("who", [OTHER, "portal", "worker", "fn-janitor"])
def test_nobody_else_sets_or_releases_a_hold(platform: Platform, who: str) -> None:
    bucket, owner = layout.bucket_name(ACCOUNT, OWNER, "landing"), s3_of(platform, OWNER)
    where = {"Bucket": bucket, "Key": f"{uuid.uuid4()}/original"}
    version = owner.put_object(Body=b"a", **where)["VersionId"]
    for status in ("ON", "OFF"):
        change = s3_of(platform, who).put_object_legal_hold
        assert refused(change, VersionId=version, LegalHold={"Status": status}, **where) in DENIED


def test_only_the_stores_of_deliveries_can_be_locked() -> None:
    buckets = resources("institution.yaml")
    locked = {name for name, each in buckets.items() if each["Properties"].get("ObjectLockEnabled")}
    assert locked == {"LandingBucket", "ResultsBucket"}
    for name in locked:
        assert buckets[name]["Properties"]["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}, (
            "no object is locked by itself"
        )


def test_a_closed_account_opens_nothing_any_more(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """With the rights of the deploy role alone."""
    settings.FUNDGATE_USER_POOL_ID = platform.outputs["UserPoolId"]
    email = platform.add_user(f"leaver@{OWNER}.example", OWNER)
    token = platform.new_token(email)
    assert platform.exchange(token)
    pool = platform.server.client("cognito-idp")
    found = pool.admin_get_user(UserPoolId=settings.FUNDGATE_USER_POOL_ID, Username=email)
    subject = next(each["Value"] for each in found["UserAttributes"] if each["Name"] == "sub")
    deploying = platform.server.client("cognito-idp", platform.runtime("deploy"))
    monkeypatch.setattr(directory.clients, "client", lambda *_args, **_more: deploying)
    for _ in range(2):  # it may run twice
        directory.close_account(subject=subject, group=OWNER)
    with pytest.raises(ClientError):
        platform.exchange(token)
    with pytest.raises(Exception, match=r".+"):
        platform.new_token(email)
