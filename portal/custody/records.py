"""What the portal's database knows of an institution, as JSON documents with the columns as they stand."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from ingestion.review.models import Acceptance
from ingestion.schedule.models import DeadlineZone, Expectation
from ingestion.web.models import MappingVersion, RulebookVersion, Submission, Transition
from portal.accounts.models import ApiToken, Institution, Membership, ServiceAccount
from portal.accounts.selectors import names_of
from portal.audit.chain import chain_of
from portal.audit.models import SignedHead
from portal.audit.selectors import actors_of, records_of_institution
from portal.audit.trail import trail_json
from portal.custody.models import Hold, RetentionWish, TakeOut
from portal.custody.signals import taking_out
from portal.notices.models import Endpoint, EventDefault
from sharing.models import (
    AcceptanceCheck,
    AcceptanceRulebook,
    AccessRequest,
    Copy,
    Disclosure,
    Grant,
    GrantExpectation,
    GrantTransition,
    Invitation,
    Profile,
)
from sharing.states import State

CHUNK = 500
Tables = dict[str, QuerySet[Any, dict[str, Any]]]
SEEN = ("id", "owner__code", "recipient__code", "state", "state_since", "funds", "templates", "contents",
        "condition", "must_pass", "valuations_from", "ends_on", "purpose")  # fmt: skip
"""What the recipient of a grant knows of it."""


def documents(takeout: TakeOut) -> Iterator[tuple[str, Iterable[bytes]]]:
    """By path: one document for each kind of row, then the audit trail up to where the take-out began."""
    institution = takeout.institution
    for name, rows in tables_of(institution).items():
        yield f"records/{name}.json", _written(rows)
    trail = records_of_institution(institution.pk).filter(number__lte=takeout.audit_number)
    names = {str(pk): name for pk, name in names_of(actors_of(institution.pk)).items()}
    chain, ordered = chain_of(institution.pk), trail.order_by("number").iterator(chunk_size=CHUNK)
    yield "audit/records.json", trail_json(ordered, names, chain)
    signed = SignedHead.objects.filter(chain=chain, number__lte=takeout.audit_number)
    yield "audit/signed-ends.json", _written(signed.values())


def tables_of(institution: Institution) -> Tables:
    """The rows of each document, by its name; apps that build on this one add theirs."""
    found = _tables(institution)
    answers: list[tuple[Any, Any]] = taking_out.send(Institution, institution=institution)
    for _receiver, further in answers:
        found |= further
    return found


def _tables(institution: Institution) -> Tables:
    """Every column, but of other institutions' grants what the recipient sees, and no names of its people."""
    mine = Submission.objects.filter(institution=institution)
    given = Grant.objects.filter(owner=institution)
    received = Grant.objects.filter(recipient=institution).exclude(state__in=[State.DRAFT, State.DISCARDED])
    asked = AccessRequest.objects.filter(Q(asker=institution) | Q(owner=institution))
    published = AcceptanceRulebook.objects.filter(institution=institution)
    disclosed = Disclosure.objects.filter(Q(acceptance__in=published) | Q(owner=institution))
    mappings = MappingVersion.objects.filter(mapping__institution=institution)
    return {
        "institution": Institution.objects.filter(pk=institution.pk).values(),
        "members": Membership.objects.filter(institution=institution).values(
            "user_id", "user__name", "user__email", "role", "funds", "entities", "created_at"
        ),
        "notice-defaults": EventDefault.objects.filter(institution=institution).values(),
        "service-accounts": ServiceAccount.objects.filter(institution=institution).values(),
        "api-tokens": ApiToken.objects.filter(account__institution=institution).values(
            *_columns(ApiToken, but=("hash",))
        ),
        "webhooks": Endpoint.objects.filter(institution=institution).values(
            *_columns(Endpoint, but=("salt", "previous_salt"))
        ),
        "exchange-profile": Profile.objects.filter(institution=institution).values(),
        "submissions": mine.order_by("number").values(),
        "transitions": Transition.objects.filter(submission__in=mine).values(),
        "acceptances": Acceptance.objects.filter(institution=institution).values(),
        "deadline-zone": DeadlineZone.objects.filter(institution=institution).values(),
        "expectations": Expectation.objects.filter(institution=institution).values(),
        "rulebooks": RulebookVersion.objects.filter(institution=institution).order_by("number").values(),
        "mappings": mappings.values("mapping__fingerprint", *_columns(MappingVersion)),
        "grants-given": given.values("recipient__code", *_columns(Grant)),
        "grants-received": received.values(*SEEN),
        "grant-changes": GrantTransition.objects.filter(grant__in=given).values(
            "grant_id", "from_state", "to_state", "reason", "at"
        ),
        "copies-handed-on": Copy.objects.filter(grant__in=given).values(),
        "acceptance-rulebooks": published.values(*_columns(AcceptanceRulebook), "rulebook__number"),
        "acceptance-rulebooks-disclosed": disclosed.values(
            "acceptance__institution__code",
            "acceptance__rulebook__number",
            "acceptance__rulebook__sha256",
            "owner__code",
            "at",
            "trouble",
        ),
        "acceptance-checks": AcceptanceCheck.objects.filter(submission__in=mine).values(),
        "access-requests": asked.values(
            "asker__code", "owner__code", "wanted", "purpose", "state", "asked_at"
        ),
        "invitations": Invitation.objects.filter(owner=institution).values(),
        "expected-under-grants": GrantExpectation.objects.filter(grant__in=received).values(),
        "legal-holds": Hold.objects.filter(institution=institution).values(),
        "retention-requests": RetentionWish.objects.filter(institution=institution).values(),
    }


def _columns(model: type[Any], but: tuple[str, ...] = ()) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in but]


def _written(rows: "QuerySet[Any, Any]") -> Iterator[bytes]:
    """A JSON array, some hundred rows at a time."""
    before = "["
    all_of_them = rows.iterator(chunk_size=CHUNK)
    while some := list(islice(all_of_them, CHUNK)):
        yield (before + "\n" + ",\n".join(map(_line, some))).encode()
        before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, default=str, ensure_ascii=False)
