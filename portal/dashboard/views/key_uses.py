"""Who used the institution's key."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.aws.errors import AccessDenied, AwsError, NotFound
from ingestion.aws.key_uses import DAYS
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.common.errors import FundgateError
from portal.custody.key_uses import history_for
from portal.dashboard.key_forms import KeyUseFilter
from portal.dashboard.key_words import lines_of
from portal.dashboard.paging import wants_list
from portal.dashboard.selectors import sentence_of


@require_safe
@member_required(Role.ADMIN)
def key_uses(request: HttpRequest) -> HttpResponse:
    """One page of the history as AWS tells it at this moment; only the list for htmx."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form, after = KeyUseFilter(request.GET), request.GET.get("after", "")
    context: dict[str, Any] = {
        "form": form,
        "further": bool(after),
        "days": DAYS,
        "production": settings.PRODUCTION,
        "list_url": request.path,
    }
    try:
        found = history_for(actor, form.wanted(after))
        context |= {"lines": lines_of(found), "after": found.after}
    except (AccessDenied, NotFound):
        context["problem"] = _(
            "This installation cannot tell it yet. The operators bring it up to date: first the stack of the "
            "platform, then your institution’s with the command onboard_institution."
        )
    except (AwsError, FundgateError) as error:
        context["problem"] = sentence_of(error)
    return render(request, f"dashboard/key-uses/{'list' if wants_list(request) else 'page'}.html", context)
