"""A rulebook that deliveries must pass under a grant, and what came of a delivery by it."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from ingestion.aws import layout
from ingestion.aws.acceptance import Outcome
from ingestion.pipeline.catalogue import find_entry
from ingestion.web.models import RulebookVersion, Submission
from portal.accounts.models import Institution, User
from sharing.models import AcceptanceCheck, AcceptanceRulebook, Copy, Disclosure, Grant
from sharing.states import Hindrance, State
from tests.portal import shared
from tests.portal.dashboard.conftest import put_rulebook
from tests.portal.exchange import cedar, grant_of

NAMES = {"grant_rulebook", "acceptance_outcome"}
NOWHERE = "0" * 64
COUNTS = {"error": 2, "warning": 0, "info": 0}
RULE = find_entry("TPT", "7.0", "TPT-P02-NET-ASSETS")
assert RULE is not None
RULES = [{"rule": RULE.rule.id, "severity": "error", "title": RULE.rule.title, "count": 2}]


def asked_by(recipient: Institution, by: User, rulebook: RulebookVersion | None = None) -> AcceptanceRulebook:
    """What it asks for: this version, else one that lies nowhere."""
    now = timezone.now()
    values = {"sha256": NOWHERE, "bytes": 2, "object_version": "v", "saved_by": by, "saved_at": now}
    version = (
        rulebook or RulebookVersion.objects.get_or_create(institution=recipient, number=1, defaults=values)[0]
    )
    found, _ = AcceptanceRulebook.objects.get_or_create(
        institution=recipient, rulebook=version, defaults={"published_by": by, "published_at": now}
    )
    return found


def asking(grant: Grant, acceptance: AcceptanceRulebook) -> Grant:
    """The grant with this term, its owner having what is asked."""
    Grant.objects.filter(pk=grant.pk).update(must_pass=True)
    Disclosure.objects.get_or_create(
        acceptance=acceptance, owner=grant.owner, defaults={"at": timezone.now()}
    )
    return grant


def lost(store: Any, recipient: Institution, by: User) -> AcceptanceRulebook:
    """A partner who needs it no longer has what the institution published, which lies in its own store."""
    acceptance = asked_by(recipient, by, put_rulebook(store, recipient, by, {"format": 1}))
    grant = asking(grant_of(cedar(), recipient, by, State.ACTIVE), acceptance)
    Disclosure.objects.filter(acceptance=acceptance).update(at=None, trouble=Hindrance.MISSING)
    shared.exchange_bucket(store, grant.owner)
    return acceptance


def tried(store: Any, submission: Submission, grant: Grant, acceptance: AcceptanceRulebook) -> str:
    """A delivery under such a grant did not pass; whose rulebook it was. Without a store the row alone."""
    asking(grant, acceptance)
    now = timezone.now()
    Copy.objects.get_or_create(
        grant=grant,
        submission=submission,
        defaults={"attempt": submission.attempt, "state_since": now, "owed_at": now},
    )
    counts = {f"{severity}_count": number for severity, number in COUNTS.items()}
    AcceptanceCheck.objects.create(
        acceptance=acceptance, submission=submission, attempt=submission.attempt, passed=False,
        checked_at=now, **counts,
    )  # fmt: skip
    code, version = acceptance.institution.code, acceptance.rulebook
    if store is not None:
        about = (str(submission.id), submission.attempt, code, version.number, version.sha256)
        found = Outcome(*about, "v", False, COUNTS, RULES)
        file = layout.accepted_file(code, version.sha256)
        store.put_object(
            Bucket=layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, submission.institution.code, "results"),
            Key=layout.result_key(submission.id, submission.attempt, file),
            Body=found.to_bytes(),
        )
    return str(code)


def arguments(
    name: str, store: Any, submission: Submission, by: User, rulebook: RulebookVersion | None
) -> list[Any]:
    """What stands in the address: of institution A, which gives a grant to Cedar and receives one of it."""
    alpine, third = submission.institution, cedar()
    if name == "grant_rulebook":
        received = grant_of(third, alpine, by, State.ACTIVE)
        return [asking(received, asked_by(alpine, by, rulebook)).pk]
    given = grant_of(alpine, third, by, State.ACTIVE)
    return [submission.pk, tried(store, submission, given, asked_by(third, by))]


def subjects(store: Any, submission: Submission, by: User, rulebook: RulebookVersion) -> dict[str, Any]:
    """What stands in these addresses where all pages are looked at."""
    code = arguments("acceptance_outcome", store, submission, by, None)[1]
    received = arguments("grant_rulebook", store, submission, by, rulebook)[0]
    return {"acceptance_outcome.code": code, "grant_rulebook.grant_id": received}
