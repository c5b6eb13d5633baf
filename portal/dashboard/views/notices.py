"""What a person has been told: the list, what it leads to, what they want to be told of."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingestion.web.selectors import submissions_for
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.dashboard.notice_forms import WishForm
from portal.dashboard.paging import page_of, paged, wants_list
from portal.notices import selectors, services
from portal.notices.models import Notice
from portal.notices.paths import path_of
from portal.notices.texts import Text, text_of

PAGE_SIZE = 25


@dataclass(frozen=True)
class Row:
    """A notice in words; the fund is read from the submission's index card now, it is in no notice."""

    notice: Notice
    text: Text
    fund: str


@require_safe
@member_required()
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first; with `?show=unread` those they have not read."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    only_unread = request.GET.get("show") == "unread"
    found = selectors.notices_for(actor)
    chosen = found.filter(read_at__isnull=True) if only_unread else found
    page = page_of(request, chosen, PAGE_SIZE)
    context = {
        "rows": _rows(actor, list(page.object_list)),
        **paged(request, page),
        "only_unread": only_unread,
        "unread": selectors.unread_count(actor),
    }
    return render(request, fragment_or(request, "list", "page"), context)


@require_safe
@member_required()
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Leads to what the notice is about, which is then read; not when a browser only looks ahead."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    told = selectors.get_notice(actor, notice_id).announcement
    if request.method == "GET" and not _looks_ahead(request):
        services.mark_read(actor=actor, notice_id=notice_id)
    return redirect(path_of(told.event, told.subject_id, told.about))


@require_POST
@member_required()
def read(request: HttpRequest) -> HttpResponse:
    """Marks everything as read."""
    changed = services.mark_read(actor=request.actor)  # type: ignore[attr-defined]
    said = ngettext("One notice is marked as read.", "%(count)s notices are marked as read.", changed)
    messages.success(request, said % {"count": changed})
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def settings(request: HttpRequest) -> HttpResponse:
    """What the person wants to be told of, and by e-mail too."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = WishForm(request.POST if request.method == "POST" else None, wishes=selectors.wishes_of(actor))
    if form.is_valid():
        services.save_preferences(actor=actor, chosen=form.chosen)
        messages.success(request, _("Your choices are saved."))
        return redirect("notice_settings")
    return render(request, "dashboard/notices/settings.html", {"form": form})


def _looks_ahead(request: HttpRequest) -> bool:
    """Whether the browser fetches what its person has not opened yet."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose"))


def _rows(actor: Actor, found: list[Notice]) -> list[Row]:
    subjects = {notice.announcement.subject_id for notice in found}
    cards = dict(submissions_for(actor, refused=True).filter(pk__in=subjects).values_list("pk", "index_card"))
    rows = []
    for notice in found:
        told = notice.announcement
        portfolios = (cards.get(told.subject_id) or {}).get("portfolios") or [{}]
        fund = portfolios[0].get("name") or portfolios[0].get("id") or ""
        rows.append(Row(notice, text_of(told.event, told.about), fund))
    return rows


def fragment_or(request: HttpRequest, fragment: str, page: str) -> str:
    """The template for htmx, which asks for the list alone, or for the whole page."""
    return f"dashboard/notices/{fragment if wants_list(request) else page}.html"
