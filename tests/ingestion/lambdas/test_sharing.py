"""A run hands its delivery on as the owner's own document says, and the janitor takes copies away."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ingestion.aws import layout
from ingestion.aws.exchange import MANIFEST
from ingestion.aws.followed import Followed
from ingestion.aws.grants import GrantOfRecord
from tests.infra.embedded import ACCOUNT
from tests.ingestion.lambdas.chain import OWNER, Chain, Run

pytestmark = pytest.mark.aws

RECIPIENT = "borealis-insurance"
MANIFEST_SENT = {"receipt": {"kind": "delivery"}, "signature": {}}
WIDE = GrantOfRecord("", OWNER, RECIPIENT, True, (), (), ("original", "schema", "summary"), None, None)


class Exchange:
    """The portal's part: these grants are owed the delivery of whatever run asks."""

    def __init__(self, chain: Chain, *grants: GrantOfRecord) -> None:
        self.chain, self.grants = chain, grants
        self.files = ["original", "tables/holdings.parquet", "verdict.json"]
        self.source: dict[str, Any] = {}
        self.delivered: list[int] = []
        self.late: list[int] = []
        self.endings: list[dict[str, Any]] = []
        self.gone: list[int] = []
        self.look_at: list[str] = []
        self.unknown: set[str] = set()
        self.rulebooks: list[int] = []
        self.strays: list[dict[str, Any]] = []
        self.releases: list[str] = []
        self.said_released: list[bool] = []
        self.followed: list[dict[str, Any]] = []

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        return getattr(self, f"answer_{asked['kind']}")(asked)  # type: ignore[no-any-return]

    def answer_owed(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"copies": list(range(len(self.grants))), "rulebooks": self.rulebooks}

    def answer_orders(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.followed.append(asked["followed"])
        self.said_released.append(asked["released"])
        return {"orders": [{"copy": i, **self.order(self.grants[i], asked)} for i in asked["copies"]]}

    def answer_releases(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"releases": self.releases}

    def order(self, grant: GrantOfRecord, asked: dict[str, Any]) -> dict[str, Any]:
        submission = asked["submission"]
        files = {name: self.ref(name, submission, asked["attempt"]) for name in self.files}
        where = {
            "grant": grant.grant,
            "submission": submission,
            "attempt": asked["attempt"],
            "owner": OWNER,
            "recipient": RECIPIENT,
        }
        files |= self.source
        said = {"manifest": MANIFEST_SENT, "acceptance": ""}
        return {**where, "files": files, **said}

    def ref(self, name: str, submission: str, attempt: int) -> dict[str, Any]:
        area: layout.Area = "landing" if name == "original" else "results"
        own = (
            layout.landing_key(submission)
            if name == "original"
            else layout.result_key(submission, attempt, name)
        )
        bucket = layout.bucket_name(ACCOUNT, OWNER, area)
        head = self.chain.client("s3", self.chain.platform.member(OWNER)).head_object(Bucket=bucket, Key=own)
        return {"bucket": bucket, "key": own, "version_id": head["VersionId"], "sha256": "0" * 64,
                "bytes": head["ContentLength"]}  # fmt: skip

    def answer_delivered(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.delivered += asked["copies"]
        late = [i for i in asked["copies"] if i in self.late]
        return {"take_back": [{"grant": self.grants[i].grant, "recipient": RECIPIENT} for i in late]}

    def answer_endings(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"endings": [each for each in self.endings if each["copy"] not in self.gone]}

    def answer_gone(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.gone += asked["copies"]
        return {"gone": len(asked["copies"])}

    def answer_look(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"recipient": self.look_at[0] if self.look_at else None, "after": "", "since": None}

    def answer_strays(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "strays": [i for i, place in enumerate(asked["places"]) if place[1] in self.unknown],
            "stray_rulebooks": [i for i, (_, sha) in enumerate(asked["rulebooks"]) if sha in self.unknown],
        }

    def answer_looked(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["after"] == ""
        self.look_at.remove(asked["recipient"])
        self.strays.append(asked["strays"])
        return {"noted": "2026-03-02T09:00:00+00:00"}


def granted(chain: Chain, **terms: Any) -> GrantOfRecord:
    """A grant with its document in the owner's bucket; `stored` says what stands there instead."""
    grant = replace(WIDE, grant=str(uuid.uuid4()))
    stored = replace(grant, **terms)
    chain.store(layout.control_key("grants", grant.grant), stored.to_bytes())
    return grant


def copies(chain: Chain, grant: GrantOfRecord, run: Run) -> set[str]:
    """The names of what lies with the recipient under this grant, every version counted once."""
    prefix = f"{layout.exchange_prefix(OWNER, grant.grant, run.submission)}{run.attempt}/"
    s3 = chain.client("s3", chain.platform.member(RECIPIENT))
    bucket = layout.bucket_name(ACCOUNT, RECIPIENT, "exchange")
    found = s3.list_object_versions(Bucket=bucket, Prefix=prefix)
    return {each["Key"].removeprefix(prefix) for each in found.get("Versions", [])}


@pytest.fixture
def clean(samples: Path) -> Iterator[bytes]:
    yield (samples / "tpt-7.0-clean.csv").read_bytes()


def test_a_run_hands_its_delivery_to_every_institution_it_is_granted_to(chain: Chain, clean: bytes) -> None:
    two = granted(chain), granted(chain)
    chain.portal.exchange = exchange = Exchange(chain, *two)
    run = chain.run(clean)
    assert run.status == "SUCCEEDED" and sorted(exchange.delivered) == [0, 1]
    for grant in two:
        assert copies(chain, grant, run) == {*exchange.files, MANIFEST}
    key = layout.exchange_key(OWNER, two[0].grant, run.submission, 1, "original")
    assert chain.read(layout.bucket_name(ACCOUNT, RECIPIENT, "exchange"), key, RECIPIENT) == clean


@pytest.mark.parametrize(
    "stored",
    [
        {"open": False},
        {"recipient": "cedar-pension"},
        {"contents": ("original",)},
        {"templates": ("EMT",)},
        {"funds": ("LU9999999999",)},
    ],
)
def test_what_the_owners_document_does_not_say_is_not_copied(
    stored: dict[str, Any], chain: Chain, clean: bytes
) -> None:
    """The portal's row alone, forged or late, opens nothing."""
    forged, real = granted(chain, **stored), granted(chain)
    chain.portal.exchange = exchange = Exchange(chain, forged, real)
    run = chain.run(clean)
    assert run.status == "SUCCEEDED" and exchange.delivered == [1]
    assert copies(chain, forged, run) == set() and copies(chain, real, run)


def test_open_errors_are_copied_only_where_the_document_of_the_grant_lets_them(
    chain: Chain, samples: Path
) -> None:
    """However the row was flipped; a document from before there was a condition is the stricter one."""
    kept, let, before = (
        granted(chain, condition="stood_by"), granted(chain, condition="checked"), granted(chain)
    )  # fmt: skip
    document = json.loads(replace(before, condition="checked").to_bytes())
    del document["condition"]
    chain.store(layout.control_key("grants", before.grant), json.dumps(document).encode())
    chain.portal.exchange = exchange = Exchange(chain, kept, let, before)
    run = chain.run((samples / "tpt-7.0-faulty.csv").read_bytes())
    assert run.status == "SUCCEEDED" and exchange.delivered == [1]
    assert copies(chain, kept, run) == copies(chain, before, run) == set()
    assert MANIFEST in copies(chain, let, run) and exchange.said_released == [False]
    verdict = json.loads(chain.result(run, "verdict.json"))
    assert exchange.followed == [Followed.of_verdict(verdict).to_json()] and verdict["ruleset_version"]


def test_a_grant_without_a_document_opens_nothing(chain: Chain, clean: bytes) -> None:
    chain.portal.exchange = exchange = Exchange(chain, replace(WIDE, grant=str(uuid.uuid4())))
    run = chain.run(clean)
    assert run.status == "SUCCEEDED" and exchange.delivered == []


def test_no_file_but_the_deliverys_own_is_ever_copied(chain: Chain, clean: bytes) -> None:
    _, original = chain.deliver(b"another delivery")
    chain.portal.exchange = exchange = Exchange(chain, grant := granted(chain))
    exchange.source = {"original": original.to_json()}
    run = chain.run(clean)
    assert run.status == "SUCCEEDED" and copies(chain, grant, run) == set()


def test_what_ended_on_the_way_is_taken_back_at_once(chain: Chain, clean: bytes) -> None:
    chain.portal.exchange = exchange = Exchange(chain, grant := granted(chain))
    exchange.late = [0]
    run = chain.run(clean)
    assert exchange.delivered == [0] and copies(chain, grant, run) == set()


def test_a_portal_that_does_not_answer_leaves_the_verdict_alone(chain: Chain, clean: bytes) -> None:
    def away(asked: dict[str, Any]) -> dict[str, Any]:
        return {}

    chain.portal.exchange = away
    assert chain.run(clean).status == "SUCCEEDED"


def test_the_janitor_takes_away_what_the_portal_says_has_ended(chain: Chain, clean: bytes) -> None:
    ended, stays = granted(chain), granted(chain)
    chain.portal.exchange = exchange = Exchange(chain, ended, stays)
    run = chain.run(clean)
    where = {"owner": OWNER, "recipient": RECIPIENT, "submission": run.submission}
    exchange.endings = [{"copy": 0, "grant": ended.grant, **where}]
    assert chain.invoke("janitor", {}) == {"deleted": 4, "failed": 0, "strays": 0}
    assert copies(chain, ended, run) == set() and copies(chain, stays, run)
    assert exchange.gone == [0]
    assert chain.invoke("janitor", {}) == {"deleted": 0, "failed": 0, "strays": 0}


def test_an_ending_that_cannot_be_deleted_does_not_keep_others_back(chain: Chain, clean: bytes) -> None:
    chain.portal.exchange = exchange = Exchange(chain, grant := granted(chain))
    run = chain.run(clean)
    where = {"owner": OWNER, "grant": grant.grant, "submission": run.submission}
    exchange.endings = [
        {"copy": 7, "recipient": "no-such-institution", **where},
        {"copy": 0, "recipient": RECIPIENT, **where},
    ]
    assert chain.invoke("janitor", {}) == {"deleted": 4, "failed": 1, "strays": 0}
    assert exchange.gone == [0]


def test_the_janitor_deletes_what_no_copy_accounts_for_and_what_bears_no_name_of_ours(
    chain: Chain, clean: bytes
) -> None:
    unknown, known = granted(chain), granted(chain)
    chain.portal.exchange = exchange = Exchange(chain, unknown, known)
    run = chain.run(clean)
    s3 = chain.client("s3", chain.platform.member(OWNER))
    nameless = {"Bucket": layout.bucket_name(ACCOUNT, RECIPIENT, "exchange"), "Key": f"from/{OWNER}/notes"}
    s3.put_object(**nameless, Body=b"x")
    exchange.look_at, exchange.unknown = ["no-such-institution", RECIPIENT], {unknown.grant}
    assert chain.invoke("janitor", {}) == {"deleted": 0, "failed": 0, "strays": 5}
    assert copies(chain, unknown, run) == set() and copies(chain, known, run) and not exchange.look_at
    nothing = {"owners": [], "places": 0, "nameless": 0, "versions": 0}
    assert exchange.strays == [nothing, {"owners": [OWNER], "places": 1, "nameless": 1, "versions": 5}]
    with pytest.raises(ClientError, match="NoSuchKey"):
        chain.client("s3", chain.platform.member(RECIPIENT)).get_object(**nameless)


def test_nobody_elses_token_hands_a_delivery_on(chain: Chain, clean: bytes) -> None:
    """The recipient's user cannot write to a place that is not under its own name."""
    s3 = chain.client("s3", chain.platform.member(RECIPIENT))
    key = layout.exchange_key(OWNER, uuid.uuid4(), uuid.uuid4(), 1, "original")
    with pytest.raises(ClientError):
        s3.put_object(Bucket=layout.bucket_name(ACCOUNT, RECIPIENT, "exchange"), Key=key, Body=b"x")
