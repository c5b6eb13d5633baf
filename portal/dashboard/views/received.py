"""What other institutions shared: the inbox, one delivery, its files."""

import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ingestion.aws.errors import AwsError
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.common.errors import FundgateError
from portal.dashboard.attachments import attachment
from portal.dashboard.downloads import TITLES
from portal.dashboard.paging import page_of, paged, wants_list
from portal.dashboard.received import Entry, ReceivedFilter
from portal.dashboard.selectors import sentence_of
from portal.dashboard.views.acceptance import disclosing_context
from portal.dashboard.views.received_checks import own_check, waiting_context
from sharing import services
from sharing.errors import NotProven
from sharing.hindrances import held_back
from sharing.inbox import owners_of, versions_of
from sharing.models import Copy
from sharing.own_checks import standings_of
from sharing.selectors import get_received, received_for

PAGE_SIZE = 25
SINGLE = {"original": _("Original file"), "verdict.json": _("Verdict"), "manifest.json": _("Manifest")}
MOST_NAMED = 20
"""Grants under which deliveries wait for the own rulebook."""
COLUMNS = 16
"""Of a table whose first rows are shown; the download has all."""
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}


@require_safe
@member_required()
def received(request: HttpRequest) -> HttpResponse:
    """One filtered page of what the institution may read; only the list for htmx."""
    actor = request.actor  # type: ignore[attr-defined]
    everything = received_for(actor)
    templates = everything.order_by("submission__template").values_list("submission__template", flat=True)
    form = ReceivedFilter(request.GET, owners=owners_of(actor), templates=list(templates.distinct()))
    page = page_of(request, form.narrow(actor), PAGE_SIZE)
    versions = versions_of(actor, page.object_list)
    standings = standings_of(actor, page.object_list)
    context = {
        "form": form,
        "entries": [Entry(copy, versions[copy.pk], standings[copy.pk]) for copy in page.object_list],
        **waiting_context(actor),
        **disclosing_context(actor),
        "held_back": held_back(actor).filter(recipient=actor.institution)[:MOST_NAMED],
        **paged(request, page),
        "any_received": page.paginator.count > 0 or everything.exists(),
    }
    part = "received_list" if wants_list(request) else "received"
    return render(request, f"dashboard/exchange/{part}.html", context)


@require_safe
@member_required()
def received_delivery(request: HttpRequest, copy_id: int) -> HttpResponse:
    """The delivery, its manifest proven; why it is not shown where it is not."""
    actor = request.actor  # type: ignore[attr-defined]
    copy = get_received(actor, copy_id)
    version = versions_of(actor, [copy])[copy.pk]
    context: dict[str, Any] = {"copy": copy, "submission": copy.submission, "version": version}
    try:
        context |= _content(actor, copy, version.before)
    except NotProven as error:
        context["not_proven"] = error.message
    except (AwsError, FundgateError) as error:
        context["problem"] = sentence_of(error)
    return render(request, "dashboard/exchange/received_delivery.html", context)


@require_safe
@member_required()
def received_file(request: HttpRequest, copy_id: int, name: str) -> HttpResponseBase:
    """One of its files, proven to be what the manifest names."""
    actor = request.actor  # type: ignore[attr-defined]
    copy = get_received(actor, copy_id)
    content = services.download(actor=actor, copy=copy, name=name)
    kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
    response = attachment(content, kind, _saved_as(copy, name))
    response["Referrer-Policy"] = "no-referrer"
    return response


def _content(actor: Actor, copy: Copy, before: Copy | None) -> dict[str, Any]:
    found = services.open_received(actor=actor, copy=copy)
    document, heads = services.view(actor=actor, received=found)
    tables = [
        {
            "name": name,
            "title": TITLES[name],
            "columns": head[0][:COLUMNS] if head else [],
            "more_columns": max(0, len(head[0]) - COLUMNS) if head else 0,
            "rows": [row[:COLUMNS] for row in head[1]] if head else [],
            "count": head[2] if head else None,
        }
        for name, head in heads.items()
    ]
    context: dict[str, Any] = {
        "manifest": found.manifest,
        "passed_rulebook": found.manifest.get("acceptance_rulebook"),
        "issued_at": datetime.fromisoformat(found.manifest["issued_at"]),
        "files": found.files,
        "document": document,
        "tables": tables,
    }
    context |= own_check(actor, copy)
    offered = services.downloads_of(found)
    context["single_files"] = [(name, title) for name, title in SINGLE.items() if name in offered]
    if before is not None:
        context["changes"] = services.changes_since(
            actor=actor, received=found, before=before, document=document, own=_own_document(context)
        )
    return context


def _own_document(context: dict[str, Any]) -> dict[str, Any] | None:
    """What the own rules found; None also where they could not be tried."""
    return None if context.get("own_reason") else context.get("own_document")


def _saved_as(copy: Copy, name: str) -> str:
    """Owner, first fund and valuation date before the name; what the owner called the file is not told."""
    card = copy.submission.index_card or {}
    fund = next((str(each["id"]) for each in card.get("portfolios") or []), "")
    day = str(card.get("valuation_date") or timezone.localdate(copy.done_at).isoformat())
    parts = [copy.grant.owner.code, re.sub(r"[^A-Za-z0-9]+", "", fund)[:40], re.sub(r"[^0-9-]", "", day)[:10]]
    return "-".join([*filter(None, parts), name])
