"""The institution's audit trail: search, export, and whether it stands as it was written."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.aws.errors import AwsError
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.audit import heads, selectors
from portal.audit.chain import chain_of
from portal.audit.models import AuditRecord
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.audit.trail import trail_csv, trail_json
from portal.audit.verifying import Signed, verified
from portal.common.errors import NotFound
from portal.dashboard.attachments import attachment
from portal.dashboard.audit_forms import AuditFilter
from portal.dashboard.audit_words import FAULTS, happened
from portal.dashboard.paging import page_of, paged, wants_list
from portal.dashboard.people import called

PAGE_SIZE = 50
FEW_FACTS = 3
SHORT_FACTS, SHORT_FACT = 100, 40  # characters
Fact = tuple[str, str]
CHECKED_ON_A_PAGE = 20_000  # records, in about a second


@require_safe
@member_required(Role.ADMIN)
def audit(request: HttpRequest) -> HttpResponse:
    """One filtered page of the trail, newest first; only the list for htmx."""
    institution = request.actor.require(Role.ADMIN)  # type: ignore[attr-defined]
    form = _filter(request, institution.pk)
    chosen = form.narrow(selectors.records_of_institution(institution.pk)).order_by("-number")
    page = page_of(request, chosen, PAGE_SIZE)
    names = called({each.actor_id for each in page.object_list if each.actor_id})
    context = {
        "form": form,
        **paged(request, page),
        "rows": [
            (each, happened(each.tag), names.get(str(each.actor_id)), *_told(_facts(each)))
            for each in page.object_list
        ],
    }
    return render(request, f"dashboard/audit/{'list' if wants_list(request) else 'page'}.html", context)


@require_safe
@member_required(Role.ADMIN)
def audit_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The filtered trail as a file, oldest first; that it was taken away is its last record."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    institution = actor.require(Role.ADMIN)
    if form not in ("csv", "json"):
        raise NotFound(_("The trail is a csv or a JSON file."))
    names = called(selectors.actors_of(institution.pk))
    asked = _filter(request, institution.pk)
    written = record(
        tag=AuditTag.AUDIT_EXPORTED,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=institution.pk,
        address=actor.address,
        detail={"format": form, "filters": asked.asked()},
    )
    chosen = asked.narrow(selectors.records_of_institution(institution.pk)).filter(number__lte=written.number)
    rows = chosen.order_by("number").iterator(chunk_size=1000)
    name = f"audit-{institution.code}.{form}"
    if form == "csv":
        return attachment(trail_csv(rows, names), "text/csv; charset=utf-8", name)
    return attachment(trail_json(rows, names, chain_of(institution.pk)), "application/json", name)


@require_safe
@member_required(Role.ADMIN)
def audit_chain(request: HttpRequest) -> HttpResponse:
    """Checks the latest records of the chain, with what was signed, and names the first bad one."""
    institution = request.actor.require(Role.ADMIN)  # type: ignore[attr-defined]
    chain = chain_of(institution.pk)
    signed: list[Signed] | None
    try:
        after = max(0, selectors.length_of(chain) - CHECKED_ON_A_PAGE)
        signed = heads.signed_heads(chain, after=after, copies=True)
    except AwsError:
        signed = None
    report = verified(chain, signed or (), most=CHECKED_ON_A_PAGE)
    context = {
        "report": report,
        "fault": FAULTS[report.fault.kind] if report.fault else None,
        "signed": signed,
        "last_signed": selectors.last_signed(chain),
    }
    return render(request, "dashboard/audit/chain.html", context)


def _filter(request: HttpRequest, institution_id: UUID) -> AuditFilter:
    def people() -> list[tuple[str, str]]:
        named = called(selectors.actors_of(institution_id))
        return sorted(named.items(), key=lambda pair: pair[1].casefold())

    return AuditFilter(request.GET, people=people)


def _facts(written: AuditRecord) -> list[Fact]:
    """What a record says besides, as text, without what it leaves open; a tampered one can be shown too."""
    detail = written.detail if isinstance(written.detail, dict) else {"": written.detail}
    return [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in detail.items()
        if value is not None
    ]


def _told(facts: list[Fact]) -> tuple[list[Fact], list[Fact]]:
    """The facts that stand in the list, and those that a reader unfolds because they are many or long."""
    if len(facts) <= FEW_FACTS and sum(len(value) for _, value in facts) <= SHORT_FACTS:
        return facts, []
    short = [fact for fact in facts if len(fact[1]) <= SHORT_FACT][: FEW_FACTS - 1]
    return short, [fact for fact in facts if fact not in short]
