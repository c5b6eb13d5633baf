"""Policies are read as AWS reads them; what is not understood counts for more access, never for less."""

import json
from typing import Any

import pytest

from ingestion.aws.policies import NotAPolicy, Request, allows, denies, named_in, statements_of

ROLE, OTHER = "arn:aws:iam::000000000000:role/own", "arn:aws:iam::000000000000:role/other"
ROOT = "arn:aws:iam::000000000000:root"
ALLOW: dict[str, Any] = {
    "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": ["kms:Decrypt", "kms:Get*"], "Resource": "*",
}  # fmt: skip
DENY: dict[str, Any] = {
    "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ROLE}},
}  # fmt: skip


VIA, SEALED = "kms:ViaService", "s3:x-amz-server-side-encryption"


def may(*statements: dict[str, Any], who: str = ROLE, action: str = "kms:Decrypt", **more: Any) -> bool:
    return allows(statements_of(json.dumps({"Statement": list(statements)})), Request(who, action, **more))


def test_only_who_is_named_may_and_only_what_is_named() -> None:
    assert may(ALLOW) and may(ALLOW, action="kms:GetKeyPolicy") and may(ALLOW, action="KMS:decrypt")
    assert not may(ALLOW, who=OTHER) and not may(ALLOW, action="kms:Encrypt") and not may()


def test_a_denial_beats_what_is_allowed() -> None:
    everybody = ALLOW | {"Principal": "*"}
    assert may(everybody, who=OTHER) and may(everybody, DENY)
    assert not may(everybody, DENY, who=OTHER)


def test_the_root_of_an_account_stands_for_everybody_in_it() -> None:
    everybody = ALLOW | {"Principal": {"AWS": [ROOT]}}
    assert may(everybody, who=OTHER) and may(everybody, who=ROOT)
    assert not may(everybody, who="arn:aws:iam::111111111111:role/other")


@pytest.mark.parametrize(
    ("operator", "value", "fits", "fits_not", "without"),
    [
        ("StringEquals", "s3", "s3", "ssm", False), ("StringNotEquals", "s3", "ssm", "s3", True),
        ("StringLike", "s*", "s3", "kms", False), ("StringNotLike", "s?", "kms", "s3", True),
        ("ArnLike", "a:*:c", "a:b:c", "a:b:d", False), ("ArnNotLike", "a:*", "b:c", "a:c", True),
        ("Bool", False, "false", "true", False), ("Null", "false", "anything", None, False),
    ],
)  # fmt: skip
def test_a_condition_is_met_as_on_aws(
    operator: str, value: Any, fits: str, fits_not: str | None, without: bool
) -> None:
    narrowed = ALLOW | {"Condition": {operator: {"KMS:viaService": value}}}
    assert may(narrowed, context={VIA: fits})
    assert fits_not is None or not may(narrowed, context={VIA: fits_not})
    assert may(narrowed) == without


def test_of_several_values_one_has_to_fit_and_of_several_conditions_all() -> None:
    narrowed = ALLOW | {"Condition": {"StringEquals": {VIA: ["1", "2"], SEALED: "3"}}}
    assert may(narrowed, context={VIA: "2", SEALED: "3"})
    assert not may(narrowed, context={VIA: "2"}) and not may(narrowed, context={VIA: "3", SEALED: "3"})


def test_what_is_not_understood_counts_for_more_access() -> None:
    unknown = {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}
    assert may(ALLOW | unknown)
    assert may(ALLOW, DENY | {"Condition": unknown["Condition"]})
    part = {"Resource": "arn:aws:s3:::bucket/part/*"}
    assert may(ALLOW | part, resource="arn:aws:s3:::bucket/*")
    forbidden = DENY | {"Condition": {}}
    whole = {"resource": "arn:aws:s3:::bucket/*"}
    assert may(ALLOW, forbidden | part, **whole) and not may(ALLOW, forbidden, **whole)


@pytest.mark.parametrize("key", ["kms:CallerAccount", "aws:PrincipalOrgID", "aws:SecureTransport"])
@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "Null"])
def test_a_key_of_which_nothing_is_known_counts_for_more_access(operator: str, key: str) -> None:
    unknown = {"Condition": {operator: {key: "true"}}}
    assert may(ALLOW | unknown)
    assert may(ALLOW, DENY | unknown) and not may(ALLOW, DENY | {"Condition": {}})
    assert may(ALLOW | unknown, context={key: "true"}) == (operator == "StringEquals")


def test_everybody_who_is_spoken_of_is_named() -> None:
    odd = {"Condition": {"ArnNotEquals": {"aws:principalARN": [ROLE, "arn:aws:iam::0:role/odd-*"]}}}
    statements = statements_of(json.dumps({"Statement": [ALLOW, DENY | odd]}))
    assert named_in(statements) == {ROLE, "arn:aws:iam::0:role/odd-any"}
    assert denies(statements, Request(OTHER, "kms:Decrypt"))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"Statement": [{}]}', json.dumps({"Statement": ALLOW | {"NotAction": "kms:*"}}),
     json.dumps({"Statement": ALLOW | {"Effect": "Perhaps"}})],
)  # fmt: skip
def test_what_is_no_policy_is_said(text: str) -> None:
    with pytest.raises(NotAPolicy):
        statements_of(text)
