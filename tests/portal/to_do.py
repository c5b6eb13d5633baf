"""What institution A has to do where a request would otherwise find nothing; B has nothing anywhere."""

import json
from typing import Any

import pytest
from django.conf import settings

from ingestion.aws import layout, objects
from ingestion.schedule.models import FundDelivery
from ingestion.web.models import Submission
from ingestion.web.states import State as SubmissionState
from portal.accounts.models import User
from sharing.models import Grant
from sharing.states import State
from tests.portal import exchange, shared
from tests.portal.custody.subjects import hold_of
from tests.portal.dashboard.conftest import RULEBOOK, put_rulebook
from tests.portal.notices.subjects import notice

CARD = {"template": "TPT", "version": "7.0", "portfolios": [], "valuation_date": "2025-12-31"}
CHECKS = {"check_received", "api_check_received", "check_received_delivery"}
FILLS = {"fill_grant", "fill_grants", "api_fill_grants"}
IDLE = {*(CHECKS | FILLS) - {"check_received_delivery", "fill_grant"}, "read_notices", "lock_held"}
"""Of these institution B may ask too, and finds nothing."""
DONE_ONCE = IDLE | {"fill_grant"}
"""Asked again, they find nothing any more."""
NAMES = IDLE | CHECKS | FILLS | {"give_reason", "restore_rulebook"}


def put(name: str, who: str, subject: Any, request: pytest.FixtureRequest) -> None:
    """Makes it; `subject` is what stands in the address."""
    store, make = request.getfixturevalue("store"), request.getfixturevalue("make")
    alpine, anna = request.getfixturevalue("alpine"), request.getfixturevalue("anna")
    if name in CHECKS:
        request.getfixturevalue("function")
        if name != "check_received_delivery":
            request.getfixturevalue("receipt_key")
            theirs = make(SubmissionState.COMPLETED, institution=request.getfixturevalue("borealis"))
            shared.arguments("received_delivery", store, theirs, alpine)
    elif name in FILLS:
        request.getfixturevalue("receipt_key")
        third = exchange.cedar()
        grant = Grant.objects.get(pk=subject) if subject else None
        grant = grant or exchange.grant_of(alpine, third, anna, State.ACCEPTED)
        to_copy(store, grant, make(SubmissionState.COMPLETED, template="TPT", index_card=CARD))
    elif name == "read_notices" and who.startswith("A"):
        reader = User.objects.filter(subject=who).first()
        notice(reader or anna, alpine)
    elif name == "lock_held":
        hold = hold_of(alpine, anna)
        held = make(SubmissionState.COMPLETED)
        FundDelivery.objects.create(institution=alpine, submission=held, fund=hold.fund, template="TPT")
        lies(store, held, "landing", layout.landing_key(held.id), b"held")
    elif name == "give_reason":
        same = {"delivery_key": "a" * 64}
        Submission.objects.filter(pk=subject.pk).update(**same)
        make(SubmissionState.COMPLETED, number=0, superseded_by=subject, **same)
    elif name == "restore_rulebook":
        put_rulebook(store, alpine, anna, RULEBOOK | {"own": []})


def to_copy(store: Any, grant: Grant, submission: Submission) -> None:
    """What is owed under a grant of summaries, its documents where the layout puts them."""
    said = {"verdict": submission.verdict, "index_card": CARD, "ruleset_version": "TPT-7.0"}
    key = layout.result_key(submission.id, submission.attempt, "verdict.json")
    verdict = lies(store, submission, "results", key, json.dumps(said).encode())
    submission.results = {"verdict": verdict.to_json()}
    submission.save()
    document = grant.of_record(is_open=True).to_bytes()
    lies(store, submission, "results", layout.control_key("grants", str(grant.pk)), document)
    shared.exchange_bucket(store, grant.recipient)
    shared.owed(submission, grant)


def lies(store: Any, submission: Submission, area: layout.Area, key: str, body: bytes) -> objects.ObjectRef:
    bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, submission.institution.code, area)
    return objects.put(store, bucket, key, body)
