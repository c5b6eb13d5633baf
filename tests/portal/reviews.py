"""What the matrix of addresses needs of acceptances: something to act on, and what is sent."""

import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.review.models import Acceptance
from ingestion.review.states import Reach, State
from ingestion.web.models import Submission
from tests.ingestion.review.conftest import in_days
from tests.portal.dashboard.delivery import DELIVERY

OF_A_FILE = {"accept_rule", "api_submission_acceptances"}
OF_AN_ACCEPTANCE = {"acceptance", "end_acceptance", "api_decision", "api_end_acceptance"}
SUBJECTS = OF_A_FILE | OF_AN_ACCEPTANCE


@cache
def warning() -> tuple[str, int]:
    """A rule of the delivery that warns, and how often."""
    groups = validate(parse_file(DELIVERY, inspect_file(DELIVERY))).groups
    return next((one.rule.id, one.count) for one in groups if one.rule.severity == "warning")


def acceptance_of(submission: Submission) -> Acceptance:
    """A release that the uploader of a file asked for."""
    return Acceptance.objects.create(
        institution=submission.institution, submission=submission, severity="error", rule="TPT-E", count=2,
        rule_count=2, reach=Reach.DELIVERY, template="TPT", until=in_days(9), reason="Known.",
        state=State.REQUESTED, requested_by=submission.uploaded_by, requested_at=timezone.now(),
    )  # fmt: skip


def sent(name: str, method: str) -> dict[str, Any]:
    """What a form or program sends to such an address."""
    if method != "POST":
        return {}
    rule, count = warning()
    asked = {"reach": "delivery", "until": in_days(9).isoformat(), "reason": "Known.", "seen": count}
    if name.startswith("api_"):
        body = {"agree": True, "reason": ""} if name == "api_decision" else asked | {"rule": rule}
        return {"data": json.dumps(body).encode(), "content_type": "application/json"}
    form = asked | {"what": "all"} if name == "accept_rule" else {"agree": "yes"}
    return {"data": urlencode(form).encode(), "content_type": "application/x-www-form-urlencoded"}
