"""What an institution hands to another: only the recipient reads it, and the owner takes all of it back."""

import uuid
from typing import Any

import pytest

from ingestion.aws import exchange, layout, objects
from ingestion.aws.exchange import MANIFEST, Order
from tests.infra.embedded import ACCOUNT, Platform, refused

pytestmark = pytest.mark.aws

OWNER, RECIPIENT = "alpine-am", "borealis-insurance"
DENIED = {"AccessDenied", "AccessDeniedException"}
BUCKET = layout.bucket_name(ACCOUNT, RECIPIENT, "exchange")


def order(platform: Platform, size: int = 100) -> Order:
    s3, submission = s3_of(platform, OWNER), str(uuid.uuid4())
    landing = layout.bucket_name(ACCOUNT, OWNER, "landing")
    results = layout.bucket_name(ACCOUNT, OWNER, "results")
    files = {
        "original": objects.put(s3, landing, layout.landing_key(submission), b"x" * size),
        "tables/holdings.parquet": objects.put(
            s3, results, layout.result_key(submission, 1, "tables/holdings.parquet"), b"the table"
        ),
    }
    return Order(str(uuid.uuid4()), submission, 1, OWNER, RECIPIENT, files, {"receipt": {}})


def s3_of(platform: Platform, who: str) -> Any:
    known = who in platform.institutions
    return platform.server.client("s3", platform.member(who) if known else platform.runtime(who))


def place(made: Order, name: str) -> str:
    return layout.exchange_key(made.owner, made.grant, made.submission, made.attempt, name)


@pytest.fixture(scope="module")
def handed(platform: Platform) -> Order:
    """A delivery of 20 MB: it is copied in one piece, whatever its size."""
    made = order(platform, 20 * 1024 * 1024)
    exchange.hand_over(s3_of(platform, OWNER), ACCOUNT, made)
    return made


def test_the_recipient_reads_every_file_and_the_manifest(platform: Platform, handed: Order) -> None:
    s3 = s3_of(platform, RECIPIENT)
    for name, ref in handed.files.items():
        assert objects.newest(s3, BUCKET, place(handed, name))[0].sha256 == ref.sha256
    assert objects.latest(s3, BUCKET, place(handed, MANIFEST)) == b'{"receipt": {}}'
    stored = s3.head_object(Bucket=BUCKET, Key=place(handed, "original"))
    assert stored["SSEKMSKeyId"] == platform.institutions[RECIPIENT]["KeyArn"]


@pytest.mark.parametrize(
    "who", [OWNER, "portal", "worker", "deploy", *[f"fn-{name}" for name in layout.FUNCTIONS]]
)
def test_nobody_else_reads_it_not_even_who_wrote_it(platform: Platform, handed: Order, who: str) -> None:
    s3 = s3_of(platform, who)
    for name in (*handed.files, MANIFEST):
        assert refused(s3.get_object, Bucket=BUCKET, Key=place(handed, name)) in DENIED


def test_the_owner_writes_under_its_own_name_only(platform: Platform, handed: Order) -> None:
    s3 = s3_of(platform, OWNER)
    foreign = place(handed, "original").replace(f"from/{OWNER}/", "from/cedar-pension/")
    assert refused(s3.put_object, Bucket=BUCKET, Key=foreign, Body=b"x") in DENIED
    s3.put_object(Bucket=BUCKET, Key=place(handed, "mine.json"), Body=b"x")


def test_the_owner_takes_back_every_version_and_nothing_else(platform: Platform) -> None:
    owner, recipient = s3_of(platform, OWNER), s3_of(platform, RECIPIENT)
    gone, stays = order(platform), order(platform)
    for made in (gone, gone, stays):  # handed over twice: two versions of each
        exchange.hand_over(owner, ACCOUNT, made)
    assert exchange.take_back(owner, BUCKET, layout.exchange_prefix(OWNER, gone.grant)) == 6
    assert refused(recipient.get_object, Bucket=BUCKET, Key=place(gone, "original")) == "NoSuchKey"
    left = recipient.list_object_versions(Bucket=BUCKET, Prefix=layout.exchange_prefix(OWNER, gone.grant))
    assert not left.get("Versions") and not left.get("DeleteMarkers")
    assert recipient.get_object(Bucket=BUCKET, Key=place(stays, "original"))["Body"].read() == b"x" * 100
    assert exchange.take_back(owner, BUCKET, layout.exchange_prefix(OWNER, gone.grant)) == 0


def test_the_recipient_cannot_take_it_away(platform: Platform, handed: Order) -> None:
    s3 = s3_of(platform, RECIPIENT)
    assert refused(s3.delete_object, Bucket=BUCKET, Key=place(handed, "original")) in DENIED


@pytest.mark.parametrize("prefix", ["", "from/", "from/alpine-am/", "from", "landing/x/y/"])
def test_only_a_place_of_copies_is_ever_emptied(prefix: str) -> None:
    with pytest.raises(ValueError, match="copies"):
        exchange.take_back(None, BUCKET, prefix)


def test_the_janitor_deletes_copies_without_reading_any(platform: Platform) -> None:
    made, janitor = order(platform), s3_of(platform, "fn-janitor")
    exchange.hand_over(s3_of(platform, OWNER), ACCOUNT, made)
    assert refused(janitor.get_object, Bucket=BUCKET, Key=place(made, "original")) in DENIED
    assert refused(janitor.list_objects_v2, Bucket=BUCKET) in DENIED
    assert exchange.take_back(janitor, BUCKET, layout.exchange_prefix(OWNER, made.grant)) == 3
    left = s3_of(platform, RECIPIENT).list_object_versions(
        Bucket=BUCKET, Prefix=f"from/{OWNER}/{made.grant}/"
    )
    assert not left.get("Versions") and not left.get("DeleteMarkers")


def test_the_janitor_finds_everything_by_its_name_page_by_page(platform: Platform) -> None:
    janitor, owner = s3_of(platform, "fn-janitor"), s3_of(platform, OWNER)
    made = order(platform)
    exchange.hand_over(owner, ACCOUNT, made)
    owner.put_object(Bucket=BUCKET, Key=f"from/{OWNER}/notes", Body=b"x")
    seen, more, after = [], True, ""
    while more:
        found, more = exchange.lying(janitor, BUCKET, after, 2)
        if not found:  # what was deleted may still count as more
            break
        seen, after = [*seen, *found], found[-1]["Key"]
    keys = {each["Key"] for each in seen}
    assert {place(made, name) for name in (*made.files, MANIFEST)} < keys and f"from/{OWNER}/notes" in keys
    assert {layout.CopyPlace.of(key) for key in keys} >= {
        None,
        layout.CopyPlace(OWNER, made.grant, made.submission, 1),
    }
    mine = [each for each in seen if made.grant in each["Key"]]
    exchange.hand_over(owner, ACCOUNT, made)
    assert exchange.delete(janitor, BUCKET, mine) == 3
    stored = s3_of(platform, RECIPIENT).get_object(Bucket=BUCKET, Key=place(made, "original"))
    assert stored["Body"].read() == b"x" * 100, "what came after it was looked at stays"


@pytest.mark.parametrize("area", ["landing", "interim", "results"])
def test_the_janitor_reaches_no_other_bucket(platform: Platform, area: layout.Area) -> None:
    bucket, janitor = layout.bucket_name(ACCOUNT, OWNER, area), s3_of(platform, "fn-janitor")
    s3_of(platform, OWNER).put_object(Bucket=bucket, Key="from/x", Body=b"x")
    assert refused(janitor.list_object_versions, Bucket=bucket) in DENIED
    assert refused(janitor.delete_object, Bucket=bucket, Key="from/x") in DENIED
