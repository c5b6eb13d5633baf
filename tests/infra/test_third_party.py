"""What one institution hands to another is nobody else's: a third one's calls, and what lies without a grant.

Each denial stands beside the same call by whom it is meant for.
"""

from typing import Any

import pytest

from ingestion.aws import exchange, layout
from ingestion.aws.exchange import MANIFEST, Order
from portal.accounts.models import Institution
from sharing.models import Copy
from tests.infra.embedded import ACCOUNT, Platform, refused
from tests.infra.test_exchange import BUCKET, DENIED, OWNER, RECIPIENT, order, place, s3_of
from tests.infra.viewers import Portal
from tests.portal.dashboard.conftest import Make, alpine, anna, borealis, make  # noqa: F401
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.policies import NOT_FOUND
from tests.portal.shared import key_of, received_by

pytestmark = pytest.mark.aws

THIRD = "cedar-pension"
NOT_SHOWN = 409
Call = tuple[Any, dict[str, Any]]


@pytest.fixture(scope="module")
def handed(platform: Platform) -> Order:
    made = order(platform)
    exchange.hand_over(s3_of(platform, OWNER), ACCOUNT, made)
    return made


def reads(s3: Any, made: Order) -> list[Call]:
    """By every way, of each file and of what stands beside it."""
    keys = [{"Bucket": BUCKET, "Key": place(made, name)} for name in (*made.files, MANIFEST)]
    return [(call, key) for key in keys for call in (s3.get_object, s3.head_object)]


def lists(s3: Any, prefix: str) -> list[Call]:
    where = {"Bucket": BUCKET, "Prefix": prefix}
    return [(s3.list_objects_v2, where), (s3.list_object_versions, where)]


def test_a_third_institution_reads_nothing_of_it(platform: Platform, handed: Order) -> None:
    recipient, third = s3_of(platform, RECIPIENT), s3_of(platform, THIRD)
    for (allowed, arguments), (denied, _) in zip(reads(recipient, handed), reads(third, handed), strict=True):
        version = allowed(**arguments)["VersionId"]
        assert refused(denied, **arguments) in DENIED | {"403"}
        assert refused(denied, **arguments, VersionId=version) in DENIED | {"403"}


def test_nor_does_it_take_a_copy_into_its_own_store(platform: Platform, handed: Order) -> None:
    third = s3_of(platform, THIRD)
    own = {"Bucket": layout.bucket_name(ACCOUNT, THIRD, "results"), "Key": "x"}
    third.put_object(**own, Body=b"x")
    third.copy_object(**own | {"Key": "y"}, CopySource=own)
    source = {"Bucket": BUCKET, "Key": place(handed, "original")}
    assert refused(third.copy_object, **own, CopySource=source) in DENIED


@pytest.mark.parametrize("prefix", ["", "from/", f"from/{OWNER}/"])
def test_nor_does_it_see_a_name(platform: Platform, handed: Order, prefix: str) -> None:
    third, recipient = s3_of(platform, THIRD), s3_of(platform, RECIPIENT)
    third.put_object(Bucket=BUCKET, Key=f"from/{THIRD}/mine", Body=b"x")
    for call, arguments in lists(recipient, prefix):
        assert call(**arguments).get("Contents") or call(**arguments).get("Versions")
    for call, arguments in lists(third, prefix):
        assert refused(call, **arguments) in DENIED
    for call, arguments in lists(third, f"from/{THIRD}/"):
        found = call(**arguments)
        assert f"from/{THIRD}/mine" in {one["Key"] for one in found.get("Contents") or found["Versions"]}


def test_nor_does_it_put_or_delete_under_another_s_name(platform: Platform, handed: Order) -> None:
    owner, third = s3_of(platform, OWNER), s3_of(platform, THIRD)
    recipient = s3_of(platform, RECIPIENT)
    for name in (*handed.files, MANIFEST, "another"):
        theirs = {"Bucket": BUCKET, "Key": place(handed, name)}
        assert refused(third.put_object, **theirs, Body=b"forged") in DENIED
        assert refused(third.delete_object, **theirs) in DENIED
    where = {"Bucket": BUCKET, "Key": place(handed, "original")}
    version = {"VersionId": recipient.head_object(**where)["VersionId"]}
    assert refused(third.delete_object, **where, **version) in DENIED
    assert recipient.get_object(**where)["VersionId"] == version["VersionId"]
    for s3, name in ((owner, OWNER), (third, THIRD)):  # each may, under its own name
        own = {"Bucket": BUCKET, "Key": f"from/{name}/for-a-moment"}
        made = s3.put_object(**own, Body=b"x")["VersionId"]
        s3.delete_object(**own, VersionId=made)


def test_a_recipient_reads_no_other_institution_s_exchange_bucket(platform: Platform) -> None:
    """Its own it may read as a whole: there what is not granted is hidden by the portal, and swept."""
    owner, recipient = s3_of(platform, OWNER), s3_of(platform, RECIPIENT)
    key, other = f"from/{OWNER}/without/a/grant", layout.bucket_name(ACCOUNT, THIRD, "exchange")
    for bucket in (BUCKET, other):
        owner.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert recipient.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"x"
    assert s3_of(platform, THIRD).get_object(Bucket=other, Key=key)["Body"].read() == b"x"
    assert refused(recipient.get_object, Bucket=other, Key=key) in DENIED
    assert refused(recipient.list_objects_v2, Bucket=other, Prefix=f"from/{OWNER}/") in DENIED
    assert refused(recipient.list_object_versions, Bucket=other, Prefix=f"from/{OWNER}/") in DENIED


@pytest.mark.django_db
def test_the_portal_shows_nothing_of_it_without_a_row_and_a_proven_manifest(
    platform: Platform,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    make: Make,  # noqa: F811
    alpine: Institution,  # noqa: F811
    borealis: Institution,  # noqa: F811
) -> None:
    reader = Portal(platform, settings, monkeypatch).signed_in(borealis, "viewer").browser
    owner, inbox = s3_of(platform, OWNER), "/exchange/received/"
    copy = received_by(borealis, alpine, owner, make, DELIVERY)
    address = f"{inbox}{copy.pk}/"
    assert address in reader.get(inbox).text and "data-not-proven" not in reader.get(address).text
    assert reader.get(f"{address}files/original").getvalue() == DELIVERY

    file = key_of(copy, "original")
    owner.delete_object(Bucket=BUCKET, Key=key_of(copy, MANIFEST))
    assert "data-not-proven" in reader.get(address).text
    assert reader.get(f"{address}files/original").status_code == NOT_SHOWN
    Copy.objects.all().delete()
    assert f'href="{address}"' not in reader.get(inbox).text
    assert {reader.get(one).status_code for one in (address, f"{address}files/original")} == {NOT_FOUND}
    lies_there = s3_of(platform, RECIPIENT).get_object(Bucket=BUCKET, Key=file)
    assert lies_there["Body"].read() == DELIVERY, "until it is swept"
