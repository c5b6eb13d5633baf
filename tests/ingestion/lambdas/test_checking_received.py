"""The recipient checks what it received by its own rules: with its own token, and beside the copy only."""

import hashlib
import io
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from ingestion.aws import layout
from ingestion.aws.exchange import ORIGINAL
from ingestion.aws.received import FINDINGS, VERDICT, Wanted
from tests.infra.embedded import ACCOUNT
from tests.ingestion.lambdas.chain import OWNER, Chain
from tests.ingestion.lambdas.test_accepting import AS_IT_COMES, STRICT
from tests.ingestion.lambdas.test_sharing import RECIPIENT
from tests.ingestion.web.decisions import UNKNOWN, mapping_of

pytestmark = pytest.mark.aws
BUCKET = layout.bucket_name(ACCOUNT, RECIPIENT, "exchange")


def hand_over(chain: Chain, data: bytes) -> Wanted:
    """The owner puts a file into the recipient's store; how the recipient asks for its check."""
    sha256 = hashlib.sha256(data).hexdigest()
    wanted = Wanted(OWNER, RECIPIENT, str(uuid.uuid4()), str(uuid.uuid4()), 1, sha256, len(data))
    chain.client("s3", chain.platform.member(OWNER)).put_object(
        Bucket=BUCKET, Key=wanted.key(ORIGINAL), Body=data
    )
    return wanted


def decided(chain: Chain, key: str, document: dict[str, Any]) -> dict[str, str]:
    """What the recipient saved in its own store: version and hash."""
    body = json.dumps(document).encode()
    bucket = layout.bucket_name(ACCOUNT, RECIPIENT, "results")
    kept = chain.client("s3", chain.platform.member(RECIPIENT)).put_object(Bucket=bucket, Key=key, Body=body)
    return {"rulebook_version": kept["VersionId"], "rulebook_sha256": hashlib.sha256(body).hexdigest()}


def check(chain: Chain, wanted: Wanted, who: str = RECIPIENT, **more: str) -> dict[str, Any]:
    return chain.invoke("accept", {"token": chain.token(who), "received": wanted.to_json() | more})


def read(chain: Chain, wanted: Wanted, name: str, who: str = RECIPIENT) -> bytes:
    s3 = chain.client("s3", chain.platform.member(who))
    return bytes(s3.get_object(Bucket=BUCKET, Key=wanted.key(name))["Body"].read())


@pytest.fixture(autouse=True)
def nothing_stays_decided(chain: Chain) -> Iterator[None]:
    """Other tests run deliveries of the same institution; root stands for retention here."""
    yield
    bucket = layout.bucket_name(ACCOUNT, RECIPIENT, "results")
    for key in chain.keys(RECIPIENT, "results", "control/"):
        chain.client("s3").delete_object(Bucket=bucket, Key=key)


@pytest.fixture(scope="module")
def wanted(deployed: Chain, samples: Path) -> Wanted:
    return hand_over(deployed, (samples / "tpt-7.0-clean.csv").read_bytes())


def test_the_rules_as_they_stand_and_the_own_rulebook_each_say_their_own(
    chain: Chain, wanted: Wanted
) -> None:
    key = layout.control_key("rulebooks", "current")
    lenient, strict = decided(chain, key, AS_IT_COMES), decided(chain, key, STRICT)
    for rulebook in ({}, lenient):
        found = check(chain, wanted, **rulebook)
        assert (found["verdict"], found["code"], found["counts"]["error"]) == ("passed", "", 0)
    found = check(chain, wanted, **strict)
    assert found["verdict"] == "failed" and set(found["documents"]) == {VERDICT, FINDINGS}
    assert json.loads(read(chain, wanted, VERDICT))["counts"] == found["counts"]
    rows = pq.read_table(io.BytesIO(read(chain, wanted, FINDINGS))).to_pylist()
    assert {row["rule"] for row in rows if row["severity"] == "error"} == {"OWN-WEIGHT"}
    assert len([row for row in rows if row["severity"] == "error"]) == found["counts"]["error"] > 0


def test_nothing_from_a_cell_is_told(chain: Chain, wanted: Wanted) -> None:
    found = check(chain, wanted)
    assert set(found) == {"verdict", "code", "counts", "documents", "known_rules"}
    keys = {name: ref["key"] for name, ref in found["documents"].items()}
    assert keys == {name: wanted.key(name) for name in (VERDICT, FINDINGS)}


@pytest.mark.parametrize("who", [OWNER, "nobody"])
def test_nobody_but_the_recipient_has_it_checked(chain: Chain, samples: Path, who: str) -> None:
    wanted = hand_over(chain, (samples / "tpt-7.0-clean.csv").read_bytes())
    token = "no-token" if who == "nobody" else chain.token(who)
    refused = chain.invoke("accept", {"token": token, "received": wanted.to_json()})
    assert refused["errorType"] == "StageFailed"
    with pytest.raises(ClientError, match="NoSuchKey"):
        read(chain, wanted, VERDICT)
    assert check(chain, wanted)["verdict"] == "passed"


def test_the_owner_reads_nothing_of_what_was_found_and_takes_it_back_with_the_copy(
    chain: Chain, wanted: Wanted
) -> None:
    check(chain, wanted)
    with pytest.raises(ClientError, match="AccessDenied"):
        read(chain, wanted, FINDINGS, who=OWNER)
    prefix = layout.exchange_prefix(OWNER, wanted.grant, wanted.submission)
    assert any(key.endswith(VERDICT) for key in chain.keys(RECIPIENT, "exchange", prefix))
    s3 = chain.client("s3", chain.platform.member(OWNER))
    s3.delete_object(Bucket=BUCKET, Key=wanted.key(FINDINGS))


def test_the_recipient_writes_beside_copies_and_nowhere_else_in_that_store(
    chain: Chain, wanted: Wanted
) -> None:
    s3 = chain.client("s3", chain.platform.member(RECIPIENT))
    s3.put_object(Bucket=BUCKET, Key=wanted.key(VERDICT), Body=b"{}")
    for name in (ORIGINAL, "manifest.json", "tables/holdings.parquet"):
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket=BUCKET, Key=wanted.key(name), Body=b"{}")
    theirs = layout.bucket_name(ACCOUNT, OWNER, "exchange")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=theirs, Key=wanted.key(VERDICT), Body=b"{}")


@pytest.mark.parametrize(
    ("fault", "code"),
    [("another file", "OBJECT_CHANGED"), ("no table", "FILE_NOT_A_TABLE"), ("rulebook", "RULEBOOK_INVALID"),
     ("rulebook gone", "RULEBOOK_INVALID")],
)  # fmt: skip
def test_what_cannot_be_checked_has_a_code(chain: Chain, samples: Path, fault: str, code: str) -> None:
    data = b"a;b\n1;2\n" if fault == "no table" else (samples / "tpt-7.0-clean.csv").read_bytes()
    wanted, more = hand_over(chain, data), dict[str, str]()
    if fault == "another file":
        more = {"sha256": "0" * 64}
    elif fault == "rulebook":
        key = layout.control_key("rulebooks", "current")
        more = decided(chain, key, {"format": 1, "rules": {"TPT-NONE": {"severity": "off"}}})
    elif fault == "rulebook gone":
        more = {"rulebook_version": "none", "rulebook_sha256": "0" * 64}
    found = check(chain, wanted, **more)
    assert (found["verdict"], found["code"]) == ("unreadable", code)
    assert found["counts"] == {"error": 0, "warning": 0, "info": 0}


def test_a_layout_that_the_recipient_mapped_is_read_by_its_mapping(chain: Chain) -> None:
    wanted, mapping = hand_over(chain, UNKNOWN), mapping_of()
    assert check(chain, wanted)["code"] == "TEMPLATE_UNKNOWN"
    decided(chain, layout.control_key("mappings", mapping["fingerprint"]), mapping)
    assert check(chain, wanted)["verdict"] in ("passed", "passed_with_warnings", "failed")
