"""Releases on record: the document comes before the row, and what fails there changes nothing."""

import json
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.aws import clients
from ingestion.aws.errors import AwsUnavailable
from ingestion.review import errors, services
from ingestion.review.models import Acceptance
from ingestion.review.selectors import releases_of
from ingestion.review.services import of_record
from ingestion.review.states import State
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.common.errors import FundgateError, SignInNeeded
from tests.fixtures.releases import SignedReleases
from tests.ingestion.review.conftest import asked, checked

WARNING, ERROR = ("warning", "TPT-W", 3), ("error", "TPT-E", 2)


@pytest.fixture
def made(owner: Actor) -> Submission:
    return checked(owner, WARNING, ERROR)


@pytest.fixture
def request_(made: Submission, reviewer: Actor) -> Acceptance:
    return services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))


def away(*_: object, **__: object) -> str:
    raise AwsUnavailable("ConnectTimeoutError")


def test_each_of_the_two_signs_and_the_row_names_the_document(
    made: Submission, request_: Acceptance, second: Actor, signed_releases: SignedReleases
) -> None:
    assert request_.object_version == "version-1" and releases_of(made) == []
    services.decide(actor=second, acceptance=request_, agree=True, reason="")
    release = str(request_.pk)
    assert signed_releases.acts == [
        {"act": "ask", "by": "reviewer", "release": release, "attempt": made.attempt},
        {"act": "agree", "by": "second", "release": release},
    ]
    assert Acceptance.objects.get().object_version == "version-2" and releases_of(made) == [release]


def test_accepted_warnings_need_no_document(
    made: Submission, reviewer: Actor, signed_releases: SignedReleases
) -> None:
    accepted = services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 3))
    services.end(actor=reviewer, acceptance=accepted)
    assert (signed_releases.acts, signed_releases.ended, accepted.object_version) == ([], [], "")


def test_an_aws_that_does_not_answer_leaves_everything_as_it_was_and_the_act_can_be_repeated(
    made: Submission, reviewer: Actor, second: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = AuditRecord.objects.count()
    with monkeypatch.context() as patched:
        patched.setattr(of_record, "_signed", away)
        with pytest.raises(AwsUnavailable):
            services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    assert not Acceptance.objects.exists() and AuditRecord.objects.count() == records
    waiting = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    with monkeypatch.context() as patched:
        patched.setattr(of_record, "_signed", away)
        with pytest.raises(AwsUnavailable):
            services.decide(actor=second, acceptance=waiting, agree=True, reason="")
    waiting.refresh_from_db()
    assert (waiting.state, AuditRecord.objects.count()) == (State.REQUESTED, records + 1)
    services.decide(actor=second, acceptance=waiting, agree=True, reason="")
    with monkeypatch.context() as patched:
        patched.setattr("ingestion.review.services.ending.end_on_record", away)
        with pytest.raises(AwsUnavailable):
            services.end(actor=second, acceptance=waiting)
    waiting.refresh_from_db()
    assert waiting.state == State.IN_FORCE
    services.end(actor=second, acceptance=waiting)
    assert releases_of(made) == []


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ("NOT_ASKED", errors.NotOnRecord),
        ("SECOND_PERSON_NEEDED", errors.SamePerson),
        ("FINDINGS_CHANGED", errors.FindingsChanged),
    ],
)
def test_what_the_function_does_not_sign_is_not_released(
    refusal: str,
    error: type[Exception],
    request_: Acceptance,
    second: Actor,
    signed_releases: SignedReleases,
) -> None:
    signed_releases.refusal = refusal
    with pytest.raises(error):
        services.decide(actor=second, acceptance=request_, agree=True, reason="")
    assert Acceptance.objects.get().state == State.REQUESTED


@pytest.mark.parametrize("how", ["refused", "taken back", "ended"])
def test_a_refusal_and_an_end_are_on_record_before_the_row_says_so(
    how: str, request_: Acceptance, reviewer: Actor, second: Actor, signed_releases: SignedReleases
) -> None:
    assert signed_releases.ended == []
    if how == "refused":
        services.decide(actor=second, acceptance=request_, agree=False, reason="Mend the file.")
    else:
        if how == "ended":
            services.decide(actor=second, acceptance=request_, agree=True, reason="")
        services.end(actor=reviewer, acceptance=request_)
    assert signed_releases.ended == [str(request_.pk)]


def test_what_was_released_before_there_were_documents_is_not_named(
    made: Submission, request_: Acceptance, second: Actor
) -> None:
    services.decide(actor=second, acceptance=request_, agree=True, reason="")
    Acceptance.objects.update(object_version="")
    assert releases_of(made) == []


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("AWS_UNAVAILABLE", AwsUnavailable),
        ("TOKEN_EXPIRED", SignInNeeded),
        ("ACCESS_DENIED", SignInNeeded),
        ("INTERNAL", FundgateError),
    ],
)
def test_a_function_that_breaks_off_is_said_and_the_token_goes_to_it_alone(
    said: str, error: type[Exception], made: Submission, reviewer: Actor, releases_on_aws: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sent: list[dict[str, Any]] = []

    def invoke(**call: Any) -> dict[str, Any]:
        sent.append({"to": call["FunctionName"], **json.loads(call["Payload"])})
        answer = {"errorMessage": said}
        return {"FunctionError": "Unhandled", "Payload": BytesIO(json.dumps(answer).encode())}

    monkeypatch.setattr(clients, "client", lambda *_, **__: SimpleNamespace(invoke=invoke))
    monkeypatch.setattr(Actor, "id_token", lambda actor: "its-token")
    with pytest.raises(error) as raised:
        services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    assert "its-token" not in repr(raised.value) and not Acceptance.objects.exists()
    (call,) = sent
    assert (call["to"], call["act"], call["token"]) == ("fundgate-release", "ask", "its-token")
    assert (call["submission"], call["rule"], call["count"]) == (str(made.pk), "TPT-E", 2)
