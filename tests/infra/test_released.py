"""Errors that are released in the portal: two sign-ins, two documents, and only then a copy."""

import json
from typing import Any

import pytest

from ingestion.aws import layout, objects
from ingestion.review import errors, selectors
from ingestion.review import services as review
from ingestion.review.models import Acceptance, Standing
from ingestion.web.models import Submission
from portal.common.errors import SignInNeeded
from sharing import services
from sharing.models import Copy
from tests.infra.embedded import ACCOUNT
from tests.infra.exchanging import CARD, VERDICT, Exchange
from tests.ingestion.review.conftest import asked
from tests.portal.dashboard.conftest import alpine, anna, borealis, make  # noqa: F401

pytestmark = [pytest.mark.aws, pytest.mark.django_db]
RULE = "TPT-P02"


@pytest.fixture
def failed(exchanging: Exchange, releases_on_aws: None) -> Submission:
    """A delivery with two errors, as its verdict document says."""
    made, mine = exchanging.delivery("2026-02-27"), exchanging.alpine
    group = {"rule": RULE, "severity": "error", "count": 2, "funds": {"LU0000000001": 2}}
    said = {
        "verdict": "failed", "code": None, "index_card": CARD | {"valuation_date": "2026-02-27"},
        "groups": [group], "counts": {"error": 2, "warning": 0, "info": 0}, "ruleset_version": "TPT-7.0",
    }  # fmt: skip
    results = layout.bucket_name(ACCOUNT, mine.code, "results")
    key = layout.result_key(made.id, 1, VERDICT)
    verdict = objects.put(exchanging.store(mine), results, key, json.dumps(said).encode())
    made.results, made.verdict, made.error_count = {"verdict": verdict.to_json()}, "failed", 2
    made.save()
    Standing.objects.filter(submission=made).delete()
    return made


def test_what_two_people_release_is_copied_and_what_is_forged_or_ended_is_not(
    exchanging: Exchange, failed: Submission
) -> None:
    first, second = (exchanging.actor(exchanging.alpine, role) for role in ("reviewer", "admin"))
    grant = exchanging.granted("summary")
    Standing.objects.update_or_create(
        submission=failed, defaults={"attempt": 1, "outcome": "released", "open_errors": 0}
    )
    services.owe(failed)
    exchanging.filled(grant)
    assert exchanging.lying(grant) == {}, "a forged row"

    Standing.objects.all().delete()
    request = review.accept(actor=first, submission=failed, asked=asked(RULE, 2))
    with pytest.raises(errors.SamePerson):
        review.decide(actor=first, acceptance=request, agree=True, reason="")
    Acceptance.objects.update(requested_by=second.user)  # the row names somebody else; the document does not
    request.refresh_from_db()
    with pytest.raises(errors.SamePerson):
        review.decide(actor=first, acceptance=request, agree=True, reason="")
    Acceptance.objects.update(requested_by=first.user, count=1)
    with pytest.raises(errors.NotOnRecord):
        review.decide(actor=second, acceptance=request, agree=True, reason="")
    Acceptance.objects.update(count=2)
    review.decide(actor=second, acceptance=request, agree=True, reason="")
    assert selectors.releases_of(failed) == [str(request.pk)]
    Copy.objects.all().delete()
    services.owe(failed)
    (copy,) = exchanging.filled(grant)
    assert copy.state == "done" and manifest(exchanging)["released"] is True

    review.end(actor=second, acceptance=request)
    Acceptance.objects.update(state="in_force")
    Standing.objects.update(outcome="released", open_errors=0)
    Copy.objects.update(state="owed")
    before = exchanging.lying(grant)
    exchanging.filled(grant)
    assert exchanging.lying(grant) == before, "it was ended, whatever its row says"


def test_a_sign_in_that_is_over_releases_nothing(exchanging: Exchange, failed: Submission) -> None:
    reviewer = exchanging.actor(exchanging.alpine, "reviewer")
    review.accept(actor=reviewer, submission=failed, asked=asked(RULE, 2))
    Acceptance.objects.all().delete()
    exchanging.sign_out(exchanging.person(exchanging.alpine, "reviewer"))
    with pytest.raises(SignInNeeded):
        review.accept(actor=reviewer, submission=failed, asked=asked(RULE, 2))
    assert not Acceptance.objects.exists()


def manifest(exchanging: Exchange) -> dict[str, Any]:
    """What the one copy at the recipient says of itself."""
    (copy,), theirs = Copy.objects.all(), exchanging.borealis
    bucket = layout.bucket_name(ACCOUNT, theirs.code, "exchange")
    key = layout.exchange_key("alpine-am", copy.grant_id, copy.submission_id, copy.attempt, "manifest.json")
    found: dict[str, Any] = json.loads(objects.latest(exchanging.store(theirs), bucket, key))["receipt"]
    return found
