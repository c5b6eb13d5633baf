"""The state machine's state becomes a job only when its parts belong together."""

from typing import Any
from uuid import uuid4

import pytest

from ingestion.aws import layout, tokens
from ingestion.aws.objects import ObjectRef
from ingestion.lambdas.job import Job

ACCOUNT = "000000000000"


def event(**more: Any) -> dict[str, Any]:
    submission = str(uuid4())
    bucket = layout.bucket_name(ACCOUNT, "alpine-am", "landing")
    return {
        "submission": submission,
        "attempt": 1,
        "institution": "alpine-am",
        "token_parameter": tokens.parameter_name(submission, 1),
        "resume_from": 1,
        "object": ObjectRef(bucket, layout.landing_key(submission), "v1", "ab" * 32, 1).to_json(),
    } | more


def test_a_state_that_says_nothing_of_a_template_expects_none() -> None:
    assert Job.from_event(event(), ACCOUNT).expected_template == ""
    assert Job.from_event(event(expected_template="EET"), ACCOUNT).expected_template == "EET"


@pytest.mark.parametrize("unknown", ["PDF", "tpt", "TPT-7.0"])
def test_a_template_that_does_not_exist_is_not_expected(unknown: str) -> None:
    with pytest.raises(ValueError, match="no template of this name"):
        Job.from_event(event(expected_template=unknown), ACCOUNT)


def test_a_check_is_one_of_a_file_that_lies_among_the_checks() -> None:
    plain = event()
    submission = plain["submission"]
    apart = plain["object"] | {"key": layout.landing_key(submission, check_only=True)}
    assert Job.from_event(plain | {"object": apart, "check_only": True}, ACCOUNT).check_only
    for told in (plain | {"check_only": True}, plain | {"object": apart}):
        with pytest.raises(ValueError, match="not this submission's original"):
            Job.from_event(told, ACCOUNT)
