"""What is told of an event of AWS's history, and what is left out of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from ingestion.aws.errors import AwsUnavailable
from ingestion.aws.key_uses import KeyUse, PageIsOver, Question, from_json, one_page, to_json

ACCOUNT, CODE = "123456789012", "alpine-am"
ASKED = Question(key="arn:aws:kms:eu-central-1:123456789012:key/k", account=ACCOUNT, institution=CODE)
BUCKET = f"arn:aws:s3:::fundgate-{ACCOUNT}-{CODE}-landing"
OWN, DEPLOY = "fundgate-inst-alpine-am", "fundgate-deploy"


def session_arn(role: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/somebody"


def session_of(role: str, account: str = ACCOUNT, identity: str = "") -> dict[str, Any]:
    """Who acts as a role, as AWS says it."""
    context: dict[str, Any] = {
        "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{role}"}
    }
    if identity:
        provider = "cognito-identity.amazonaws.com"
        attributes = {f"{provider}:aud": "pool", f"{provider}:sub": identity}
        context["webIdFederationData"] = {"federatedProvider": provider, "attributes": attributes}
    arn = session_arn(role, account)
    return {"type": "AssumedRole", "arn": arn, "accountId": account, "sessionContext": context}


class CloudTrail:
    """Answers with these events, or fails."""

    def __init__(self, *events: dict[str, Any], fails: Exception | None = None) -> None:
        self.events, self.fails = events, fails
        self.asked: dict[str, Any] = {}

    def lookup_events(self, **call: Any) -> dict[str, Any]:
        self.asked = call
        if self.fails:
            raise self.fails
        known = {"EventId": "e", "EventName": "Decrypt", "EventTime": datetime(2026, 3, 2, 8, 15, tzinfo=UTC)}
        return {"Events": [known | {"CloudTrailEvent": json.dumps(each)} for each in self.events]}


def told(who: dict[str, Any], **record: Any) -> KeyUse:
    [use], _ = one_page(CloudTrail({"userIdentity": who, "sourceIPAddress": "192.0.2.7", **record}), ASKED)
    return use


@pytest.mark.parametrize(
    ("who", "kind", "name"),
    [
        (session_of(OWN), "own", OWN),
        (session_of("fundgate-inst-alpine-am2"), "institution", "alpine-am2"),
        (session_of("fundgate-fn-inspect"), "platform", "fundgate-fn-inspect"),
        (session_of("fundgate-portal"), "platform", "fundgate-portal"),
        (session_of("fundgate-portals"), "other", session_arn("fundgate-portals")),
        (session_of(DEPLOY), "deploy", session_arn(DEPLOY)),
        (session_of(OWN, "999999999999"), "other", session_arn(OWN, "999999999999")),
        ({"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/{OWN}"}, "other",
         f"arn:aws:iam::{ACCOUNT}:user/{OWN}"),
        ({"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}, "other", f"arn:aws:iam::{ACCOUNT}:root"),
        ({"type": "AWSAccount", "principalId": "AROA:x", "accountId": "9"}, "other", "AROA:x"),
        ({"type": "AWSService", "invokedBy": "kms.amazonaws.com"}, "aws", "kms.amazonaws.com"),
        ({}, "other", ""),
    ],
)  # fmt: skip
def test_who_it_was_is_told_by_the_role_and_its_account(who: dict[str, Any], kind: str, name: str) -> None:
    use = told(who)
    assert (use.who, use.name) == (kind, name)


def test_of_the_own_institution_person_address_and_bucket_are_told_and_no_object() -> None:
    own, at = session_of(OWN, identity="eu-central-1:1"), "2026-03-02T08:15:00+00:00"
    direct = KeyUse("e", at, "Decrypt", "own", OWN, person="eu-central-1:1", address="192.0.2.7")
    assert told(own) == direct
    inside = {"requestParameters": {"encryptionContext": {"aws:s3:arn": f"{BUCKET}/s/original"}}}
    through = told(own | {"invokedBy": "AWS Internal"}, **inside, sourceIPAddress="AWS Internal")
    assert (through.address, through.through, through.area) == ("", "s3", "landing")
    assert "original" not in json.dumps(to_json(through)) and from_json(to_json(through)) == through


def test_of_another_institution_only_its_code_is_told() -> None:
    theirs = told(session_of("fundgate-inst-borealis", identity="eu-central-1:2"))
    assert (theirs.name, theirs.person, theirs.address) == ("borealis", "", "")
    assert "somebody" not in json.dumps(to_json(theirs))


@pytest.mark.parametrize(
    ("record", "through", "area"),
    [
        ({"requestParameters": None}, "", ""),
        ({"sourceIPAddress": "backup.amazonaws.com"}, "backup", ""),
        ({"sourceIPAddress": "AWS Internal"}, "AWS Internal", ""),
        ({"sourceIPAddress": "2001:db8::7"}, "", ""),
        ({"requestParameters": {"encryptionContext": {"PARAMETER_ARN": "arn:x"}}}, "ssm", ""),
        ({"requestParameters": {"encryptionContext": {"aws:s3:arn": f"{BUCKET}-x/o"}}}, "s3", ""),
        ({"requestParameters": {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::elsewhere"}}}, "s3", ""),
    ],
)
def test_where_it_came_from_is_told_as_far_as_aws_says_it(
    record: dict[str, Any], through: str, area: str
) -> None:
    use = told(session_of(OWN), **record)
    assert (use.through, use.area) == (through, area)


def test_only_the_key_is_asked_for_and_only_between_the_times() -> None:
    history = CloudTrail()
    one_page(history, ASKED)
    asked = {"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": ASKED.key}]}
    assert history.asked == asked | {"MaxResults": 50}
    one_page(history, Question(ASKED.key, ACCOUNT, CODE, start=0, end=9), "mark")
    assert history.asked == asked | {"MaxResults": 50, "StartTime": 0, "EndTime": 9, "NextToken": "mark"}


@pytest.mark.parametrize(
    ("fails", "kind"),
    [
        (ClientError({"Error": {"Code": "InvalidNextTokenException"}}, "LookupEvents"), PageIsOver),
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "LookupEvents"), AwsUnavailable),
        (ReadTimeoutError(endpoint_url="https://x.example"), AwsUnavailable),
    ],
)
def test_what_goes_wrong_has_its_error(fails: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        one_page(CloudTrail(fails=fails), ASKED)
    assert type(caught.value) is kind


def test_what_is_no_use_of_a_key_is_refused() -> None:
    good = to_json(told({}))
    for wrong in ({"who": "anybody"}, {"name": 1}):
        with pytest.raises(ValueError, match="not a use"):
            from_json(good | wrong)
