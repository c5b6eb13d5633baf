"""Under a grant that asks so a delivery is handed on only where it passes the recipient's rulebook too."""

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ingestion.aws import layout
from ingestion.aws.acceptance import Demand, Outcome, has_passed, outcome_of
from ingestion.aws.exchange import Order
from ingestion.aws.grants import GrantOfRecord
from tests.infra.embedded import ACCOUNT
from tests.ingestion.lambdas.chain import OWNER, Chain, Run, nothing_is_shared
from tests.ingestion.lambdas.test_sharing import RECIPIENT, Exchange, copies, granted

pytestmark = pytest.mark.aws

AS_IT_COMES: dict[str, Any] = {"format": 1, "title": "What we accept"}
STRICT = AS_IT_COMES | {
    "own": [
        {
            "id": "OWN-WEIGHT", "template": "TPT", "field": "26", "expect": "26 <= 0.000001",
            "severity": "error", "title": "No position above a millionth", "message": "It is above.",
        }
    ]
}  # fmt: skip


class Demanding(Exchange):
    """The portal's part where grants ask that a rulebook of the recipient is passed."""

    def __init__(self, chain: Chain, *grants: GrantOfRecord) -> None:
        super().__init__(chain, *grants)
        self.demands: dict[int, Demand] = {}
        self.named: dict[str, str] = {}
        self.checked: dict[int, dict[str, Any]] = {}
        self.untried: dict[int, str] = {}

    def disclose(self, document: dict[str, Any]) -> Demand:
        """The recipient's user puts its rulebook where the owner reads it; from now on it is asked for."""
        body = json.dumps(document).encode()
        demand = Demand(RECIPIENT, len(self.demands) + 1, hashlib.sha256(body).hexdigest())
        bucket = layout.bucket_name(ACCOUNT, OWNER, "exchange")
        s3 = self.chain.client("s3", self.chain.platform.member(RECIPIENT))
        s3.put_object(Bucket=bucket, Key=layout.disclosed_key(RECIPIENT, demand.sha256), Body=body)
        return self.demand(demand)

    def demand(self, demand: Demand) -> Demand:
        self.demands[demand.number] = demand
        self.rulebooks.append(demand.number)
        return demand

    def order(self, grant: GrantOfRecord, asked: dict[str, Any]) -> dict[str, Any]:
        return super().order(grant, asked) | {"acceptance": self.named.get(grant.grant, "")}

    def answer_demands(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = [self.demands[number] for number in asked["rulebooks"]]
        return {"demands": [{"rulebook": each.number, **vars(each)} for each in wanted]}

    def answer_checked(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.checked[asked["rulebook"]] = asked
        return {}

    def answer_untried(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert set(asked) == {"kind", "submission", "attempt", "rulebook", "why"}
        self.untried[asked["rulebook"]] = asked["why"]
        return {}


@dataclass
class Checked:
    """One run of a delivery under several rulebooks, and the grants it was or was not handed on under."""

    exchange: Demanding
    run: Run
    asked: dict[str, Demand]
    grants: dict[str, GrantOfRecord]

    def outcome(self, name: str) -> Outcome:
        chain = self.exchange.chain
        s3 = chain.client("s3", chain.platform.member(OWNER))
        return outcome_of(s3, ACCOUNT, OWNER, self.run.submission, self.run.attempt, self.asked[name])


@pytest.fixture(scope="module")
def made(deployed: Chain, samples: Path) -> Checked:
    names = ("met", "not met", "none named", "never tried")
    grants = {name: granted(deployed, must_pass=True) for name in names} | {"asks nothing": granted(deployed)}
    deployed.portal.exchange = exchange = Demanding(deployed, *grants.values())
    asked = {
        "gone": exchange.demand(Demand(RECIPIENT, 99, "1" * 64)),
        "no rulebook": exchange.disclose({"format": 1, "rules": {"TPT-NONE": {"severity": "off"}}}),
        "met": exchange.disclose(AS_IT_COMES),
        "not met": exchange.disclose(STRICT),
    }
    exchange.named = {grants[name].grant: asked[name].sha256 for name in ("met", "not met")}
    exchange.named[grants["never tried"].grant] = "2" * 64
    run = deployed.run((samples / "tpt-7.0-clean.csv").read_bytes())
    deployed.portal.exchange = nothing_is_shared
    return Checked(exchange, run, asked, grants)


def test_it_is_handed_on_only_where_it_passes_and_a_row_that_says_so_opens_nothing(
    chain: Chain, made: Checked
) -> None:
    """The portal may tell of no rulebook to pass, or of one that was never tried."""
    assert made.run.status == "SUCCEEDED" and sorted(made.exchange.delivered) == [0, 4]
    there = {name for name, grant in made.grants.items() if copies(chain, grant, made.run)}
    assert there == {"met", "asks nothing"}


def test_counts_and_outcome_are_told_and_never_a_value(made: Checked) -> None:
    told = {name: made.exchange.checked.get(demand.number) for name, demand in made.asked.items()}
    assert told["met"] and told["met"]["passed"] and told["not met"] and not told["not met"]["passed"]
    assert set(told["met"]) == {"kind", "submission", "attempt", "rulebook", "passed", "counts"}
    assert told["met"]["counts"] == made.run.output["counts"], "the rules as they come, as of its verdict"
    assert told["gone"] is told["no rulebook"] is None, "and neither keeps another one back"
    why = {name: made.exchange.untried.get(demand.number) for name, demand in made.asked.items()}
    assert why == {"gone": "missing", "no rulebook": "unfollowable", "met": None, "not met": None}


def test_why_it_does_not_pass_lies_with_the_owner(made: Checked) -> None:
    assert made.outcome("met").passed
    found = made.outcome("not met")
    why = next(each for each in found.rules if each["rule"] == "OWN-WEIGHT")
    assert set(why) == {"rule", "severity", "title", "count"} and why["count"] == found.counts["error"] > 0


def test_an_earlier_delivery_is_tried_by_a_later_version_with_a_token_of_its_owner_and_no_other(
    chain: Chain, made: Checked
) -> None:
    chain.portal.exchange = exchange = Demanding(chain)
    later = exchange.disclose(AS_IT_COMES | {"title": "From now on"})
    call = {
        "submission": made.run.submission, "attempt": made.run.attempt, "institution": OWNER,
        "object": made.run.original.to_json(), "rulebooks": [later.number],
    }  # fmt: skip
    refused = chain.invoke("accept", call | {"token": chain.token(RECIPIENT)})
    assert refused["errorType"] == "StageFailed" and not exchange.checked
    assert chain.invoke("accept", call | {"token": chain.token(OWNER)}) == {"checked": 1}
    assert exchange.checked[later.number]["passed"]
    made.asked["later"] = later
    assert made.outcome("later").passed


def test_a_rulebook_whose_document_is_gone_or_another_is_said_to_be_missing_until_it_is_disclosed_anew(
    chain: Chain, made: Checked
) -> None:
    """The deploying hand stands for the end of what was received, and for a document that was replaced."""
    chain.portal.exchange = exchange = Demanding(chain)
    document = AS_IT_COMES | {"title": "For a time"}
    demand = exchange.disclose(document)
    where = {
        "Bucket": layout.bucket_name(ACCOUNT, OWNER, "exchange"),
        "Key": layout.disclosed_key(RECIPIENT, demand.sha256),
    }
    call = {
        "submission": made.run.submission, "attempt": made.run.attempt, "institution": OWNER,
        "object": made.run.original.to_json(), "token": chain.token(OWNER),
    }  # fmt: skip
    chain.client("s3").delete_object(**where)
    assert chain.invoke("accept", call | {"rulebooks": [1]}) == {"checked": 0}
    chain.client("s3", chain.platform.member(RECIPIENT)).put_object(**where, Body=b'{"format": 1}')
    exchange.demands[2] = exchange.demands[1]
    assert chain.invoke("accept", call | {"rulebooks": [2]}) == {"checked": 0}
    assert exchange.untried == {1: "missing"} and not exchange.checked
    again = exchange.disclose(document)
    assert chain.invoke("accept", call | {"rulebooks": [again.number]}) == {"checked": 1}
    assert exchange.checked[again.number]["passed"]


def test_only_an_institution_itself_discloses_a_rulebook_as_its_own(chain: Chain) -> None:
    bucket = layout.bucket_name(ACCOUNT, OWNER, "exchange")
    key = layout.disclosed_key(RECIPIENT, "5" * 64)
    chain.client("s3", chain.platform.member(RECIPIENT)).put_object(Bucket=bucket, Key=key, Body=b"{}")
    assert chain.read(bucket, key) == b"{}", "and the owner reads it"
    with pytest.raises(ClientError, match="AccessDenied"):
        chain.client("s3", chain.platform.member(OWNER)).put_object(Bucket=bucket, Key=key, Body=b"x")
    with pytest.raises(ClientError, match="AccessDenied"):
        chain.client("s3", chain.platform.member(RECIPIENT)).get_object(Bucket=bucket, Key=key)


def test_the_janitor_leaves_a_disclosed_rulebook_where_the_portal_knows_it(chain: Chain) -> None:
    chain.portal.exchange = exchange = Demanding(chain)
    known, unknown = exchange.disclose(AS_IT_COMES), exchange.disclose(STRICT)
    exchange.look_at, exchange.unknown = [OWNER], {unknown.sha256}
    assert chain.invoke("janitor", {})["strays"] >= 1
    left = chain.keys(OWNER, "exchange", f"from/{RECIPIENT}/rulebook/")
    assert layout.disclosed_key(RECIPIENT, known.sha256) in left
    assert layout.disclosed_key(RECIPIENT, unknown.sha256) not in left


def test_an_outcome_of_another_attempt_or_rulebook_proves_nothing(chain: Chain) -> None:
    s3, submission, sha256 = chain.client("s3", chain.platform.member(OWNER)), str(uuid.uuid4()), "3" * 64
    made = Outcome(submission, 2, RECIPIENT, 1, sha256, "v", True, {"error": 0}, [])
    order = Order("", submission, 2, OWNER, RECIPIENT, {}, {}, sha256)

    def stored(what: Outcome) -> bool:
        chain.store(
            layout.result_key(submission, 2, layout.accepted_file(RECIPIENT, sha256)), what.to_bytes()
        )
        return has_passed(s3, ACCOUNT, order)

    assert stored(made)
    others: list[dict[str, Any]] = [
        {"attempt": 1}, {"sha256": "4" * 64}, {"recipient": OWNER}, {"passed": False},
    ]  # fmt: skip
    for other in others:
        assert not stored(replace(made, **other)), other
    assert stored(made) and not has_passed(s3, ACCOUNT, replace(order, acceptance=""))
