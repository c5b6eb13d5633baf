"""Errors are handed on when two people have released them by their own sign-ins, and by nothing else."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ingestion.aws import layout, receipts
from ingestion.aws.exchange import MANIFEST
from tests.infra.embedded import ACCOUNT, refused
from tests.ingestion.lambdas.chain import OTHER, OWNER, Chain, Run
from tests.ingestion.lambdas.test_sharing import Exchange, copies, granted

pytestmark = pytest.mark.aws
DENIED = {"AccessDenied", "AccessDeniedException"}


class Desk:
    """Two people of the owner, and what they ask to have signed of one run's verdict."""

    def __init__(self, chain: Chain, run: Run) -> None:
        self.chain, self.run = chain, run
        second = chain.platform.add_user(f"second@{OWNER}.example", OWNER)
        self.first, self.second = chain.token(), chain.platform.token(second)
        verdict = json.loads(chain.result(run, "verdict.json"))
        self.errors = {
            group["rule"]: group["count"] for group in verdict["groups"] if group["severity"] == "error"
        }
        assert self.errors and sum(self.errors.values()) == verdict["counts"]["error"]

    def terms(self, rule: str, **more: Any) -> dict[str, Any]:
        until = datetime.now(UTC).date() + timedelta(days=30)
        return {
            "release": str(uuid.uuid4()), "submission": self.run.submission, "attempt": self.run.attempt,
            "rule": rule, "fund": "", "row": 0, "count": self.errors[rule], "reach": "file",
            "until": until.isoformat(), **more,
        }  # fmt: skip

    def act(self, act: str, token: str, terms: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.chain.invoke("release", {"act": act, "token": token, **terms})
        return answer

    def released(self) -> list[str]:
        """Every error of the verdict, asked by one and agreed to by the other; the releases."""
        made = [self.terms(rule) for rule in self.errors]
        for terms in made:
            assert self.act("ask", self.first, terms)["version_id"]
            assert self.act("agree", self.second, terms)["version_id"]
        return [terms["release"] for terms in made]

    def document(self, kind: layout.Control, release: str) -> dict[str, Any]:
        bucket = layout.bucket_name(ACCOUNT, OWNER, "results")
        found: dict[str, Any] = json.loads(self.chain.read(bucket, layout.control_key(kind, release)))
        return found

    def handed_on(self, *releases: str) -> bool:
        """Whether Share copies what the portal calls released by these, under a grant without open errors."""
        chain, run = self.chain, self.run
        chain.portal.exchange = exchange = Exchange(chain, grant := granted(chain))
        exchange.releases = list(releases)
        parameter = chain.park(run.submission, run.attempt, self.first)
        stages = {stage: chain.marker(run, stage) for stage in ("validate", "quality")}
        job = chain.input(run.submission, run.original, parameter, attempt=run.attempt)
        chain.invoke("share", {**job, **stages, "copies": [0]})
        arrived = MANIFEST in copies(chain, grant, run)
        assert exchange.said_released == [arrived] and exchange.delivered == [0] * arrived
        return arrived


@pytest.fixture(scope="module")
def desk(deployed: Chain, faulty: bytes) -> Desk:
    """Of a run of its own, which is taken back at last."""
    return Desk(deployed, deployed.run(faulty))


@pytest.fixture(autouse=True)
def _at_rest(chain: Chain) -> Iterator[None]:
    yield


@pytest.fixture(scope="module")
def releases(desk: Desk) -> list[str]:
    return desk.released()


def test_what_two_people_released_is_handed_on_and_what_they_did_not_is_kept(
    desk: Desk, releases: list[str]
) -> None:
    assert desk.handed_on(*releases)
    assert not desk.handed_on()
    assert not desk.handed_on(*releases[1:]), "one rule is open"


def test_a_forged_row_opens_nothing(desk: Desk, releases: list[str]) -> None:
    """The portal names releases that nobody made, or that one person alone has asked for."""
    asked = desk.terms(next(iter(desk.errors)))
    desk.act("ask", desk.first, asked)
    assert not desk.handed_on(*releases[1:], str(uuid.uuid4()), asked["release"], "no id")


def test_no_document_of_an_uploader_is_a_release(desk: Desk, releases: list[str]) -> None:
    """All people of an institution may write into its bucket; none of them, and no portal, can sign."""
    chain, kms = desk.chain, desk.chain.platform.runtime("portal")
    signing = {"KeyId": chain.outputs["ReleaseKeyArn"], "Message": b"0" * 32, "MessageType": "DIGEST",
               "SigningAlgorithm": "ECDSA_SHA_256"}  # fmt: skip
    member = chain.platform.member(OWNER)
    for who in (member, kms, chain.platform.runtime("fn-share"), chain.platform.runtime("worker")):
        assert refused(chain.client("kms", who).sign, **signing) in DENIED
    assert chain.client("kms", chain.platform.runtime("fn-release")).sign(**signing)["Signature"]
    call = {"FunctionName": "fundgate-release", "InvocationType": "DryRun"}
    assert refused(chain.client("lambda", member).invoke, **call) in DENIED
    assert chain.client("lambda", kms).invoke(**call)["StatusCode"] == 204

    real = desk.document("releases", releases[0])
    forged = {**real["receipt"], "release": str(uuid.uuid4())}
    receipt_key = chain.outputs["ReceiptKeyArn"]
    other_key = receipts.sealed(chain.client("kms", kms), receipt_key, forged)
    for document in (real | {"receipt": forged}, other_key, real):  # the last one under another name
        chain.store(layout.control_key("releases", forged["release"]), json.dumps(document).encode())
        assert not desk.handed_on(*releases[1:], forged["release"])
    chain.store(layout.control_key("releases", releases[0]), json.dumps(real).encode())
    assert desk.handed_on(*releases)


def test_one_person_is_not_two_and_the_second_signs_what_the_first_asked(desk: Desk) -> None:
    rule = next(iter(desk.errors))
    terms = desk.terms(rule)
    assert desk.act("agree", desk.second, terms) == {"refused": "NOT_ASKED"}
    desk.act("ask", desk.first, terms)
    assert desk.act("agree", desk.first, terms) == {"refused": "SECOND_PERSON_NEEDED"}
    assert desk.act("agree", desk.second, terms | {"reach": "following"}) == {"refused": "NOT_ASKED"}
    assert "errorMessage" in desk.act("ask", desk.second, terms | {"reach": "following"}), "asked once"
    assert desk.act("agree", desk.chain.token(OTHER), terms) == {"refused": "NOT_ASKED"}
    assert desk.act("agree", desk.chain.expired_token(), terms)["errorMessage"] == "TOKEN_EXPIRED"
    assert desk.act("agree", desk.second, terms)["version_id"]
    signed = desk.document("releases", terms["release"])["receipt"]
    assert signed["asked_by"] != signed["decided_by"] and signed["rule"] == rule
    assert signed["verdict_sha256"] and "value" not in json.dumps(signed)


def test_nobody_asks_for_what_the_stored_verdict_does_not_say(desk: Desk) -> None:
    rule = next(iter(desk.errors))
    for wrong in ({"rule": "TPT-NO-SUCH"}, {"count": desk.errors[rule] + 1}, {"fund": "LU9999999999"}):
        assert desk.act("ask", desk.first, desk.terms(rule) | wrong) == {"refused": "FINDINGS_CHANGED"}
    for wrong in ({"until": "2020-01-01"}, {"reach": "all"}, {"row": 1, "reach": "following"}, {"row": "1"}):
        assert "errorMessage" in desk.act("ask", desk.first, desk.terms(rule) | wrong)


def test_a_release_of_another_delivery_opens_nothing(desk: Desk, releases: list[str], done: Run) -> None:
    another = Desk(desk.chain, done)
    assert another.errors == desk.errors and not another.handed_on(*releases)


def test_what_was_ended_or_taken_back_opens_nothing_any_more(desk: Desk, releases: list[str]) -> None:
    terms = desk.terms(next(iter(desk.errors)))
    desk.act("ask", desk.first, terms)
    desk.act("agree", desk.second, terms)
    assert desk.handed_on(*releases[1:], terms["release"])
    desk.chain.store(layout.control_key("ended-releases", terms["release"]), b"{}")
    assert not desk.handed_on(*releases[1:], terms["release"])
    assert desk.act("agree", desk.second, terms) == {"refused": "NOT_ASKED"}
    with pytest.raises(ClientError):  # and nobody of the institution can take that back
        desk.chain.client("s3", desk.chain.platform.member(OWNER)).delete_object(
            Bucket=layout.bucket_name(ACCOUNT, OWNER, "results"),
            Key=layout.control_key("ended-releases", terms["release"]),
        )
    assert desk.handed_on(*releases)
    mark = layout.result_key(desk.run.submission, desk.run.attempt, layout.WITHDRAWN)
    desk.chain.store(mark, b"{}")
    assert not desk.handed_on(*releases), "the delivery was taken back"
