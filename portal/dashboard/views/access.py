"""Who can read what is shared, on any day, and who did."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from portal.dashboard.access import entry_of, row_of, sum_of
from portal.dashboard.access_forms import AccessFilter, LogFilter
from portal.dashboard.access_grid import grid_of
from portal.dashboard.attachments import attachment
from portal.dashboard.exports.access import access_csv as lines_as_csv
from portal.dashboard.exports.access import log_csv, log_json
from portal.dashboard.paging import page_of, paged, wants_list
from sharing.access import accesses, partners
from sharing.access_log import lines_of, log_for
from sharing.selectors import get_grant

PAGE_SIZE = 50


@require_safe
@member_required()
def access(request: HttpRequest) -> HttpResponse:
    """One filtered page, by institution and fund; only the list for htmx."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = AccessFilter(request.GET, partners=list(partners(actor)))
    found = accesses(actor, **form.asked())
    grid = grid_of(found, given=form.given) if form.as_matrix else None
    lines: list[Any] = grid.rows if grid else found
    page = page_of(request, lines, PAGE_SIZE)
    context = {
        "form": form,
        "given": form.given,
        "moment": form.moment,
        "sum": sum_of(found, given=form.given),
        "grid": grid,
        "rows": page.object_list if grid else [row_of(line, given=form.given) for line in page.object_list],
    }
    return _rendered(request, "access", page, context)


@require_safe
@member_required()
def access_csv(request: HttpRequest) -> HttpResponseBase:
    """All lines that the filters let through."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = AccessFilter(request.GET, partners=list(partners(actor)))
    moment = form.moment or timezone.now()
    content = lines_as_csv(accesses(actor, **form.asked()), moment)
    name = f"access-{'given' if form.given else 'received'}-{timezone.localdate(moment)}.csv"
    return attachment(content, "text/csv; charset=utf-8", name)


@require_safe
@member_required(Role.ADMIN)
def access_log(request: HttpRequest) -> HttpResponse:
    """One filtered page of the log, newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = LogFilter(request.GET, partners=list(partners(actor)))
    wanted = form.wanted()
    grant = get_grant(actor, wanted.grant) if wanted.grant else None
    found = log_for(actor, wanted).order_by("-number")
    page = page_of(request, found, PAGE_SIZE)
    entries = [entry_of(line) for line in lines_of(actor, page.object_list)]
    return _rendered(request, "access_log", page, {"form": form, "grant": grant, "entries": entries})


@require_safe
@member_required(Role.ADMIN)
def access_log_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The filtered log as a file, oldest first; that it was taken away stands in the audit trail."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    institution = actor.require(Role.ADMIN)
    if form not in ("csv", "json"):
        raise NotFound(_("The log is a csv or a JSON file."))
    wanted = LogFilter(request.GET, partners=list(partners(actor))).wanted()
    written = record(
        tag=AuditTag.ACCESS_LOG_EXPORTED,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=institution.pk,
        address=actor.address,
        detail={"format": form, "filters": wanted.asked},
    )
    found = log_for(actor, wanted).filter(number__lt=written.number).order_by("number")
    lines, name = lines_of(actor, found.iterator(chunk_size=1000)), f"access-log-{institution.code}.{form}"
    if form == "csv":
        return attachment(log_csv(lines), "text/csv; charset=utf-8", name)
    return attachment(log_json(lines), "application/json", name)


def _rendered(request: HttpRequest, name: str, page: Any, context: dict[str, Any]) -> HttpResponse:
    context |= paged(request, page)
    folder = name.replace("_", "-")
    return render(request, f"dashboard/{folder}/{'list' if wants_list(request) else 'page'}.html", context)
