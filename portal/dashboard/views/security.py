"""What keeps the institution's data closed, for who has to believe it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingestion.aws.errors import AccessDenied, AwsError
from ingestion.aws.policies import NotAPolicy
from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.accounts.roles import Role
from portal.audit.selectors import records_of_institution
from portal.audit.tags import AuditTag
from portal.common.errors import FundgateError
from portal.dashboard import security_words as words
from portal.dashboard.people import called
from portal.dashboard.security import rules_of
from portal.dashboard.security_checks import KEY_USES
from portal.dashboard.selectors import sentence_of

SIGN_INS = 20


@require_safe
@member_required(Role.ADMIN)
def security(request: HttpRequest) -> HttpResponse:
    """The rules of key and buckets as AWS has them now, sign-ins, and what proves the promises."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "uses": list(KEY_USES.values()),
        "rights": words.RIGHTS,
        "proofs": words.PROOFS,
        "lasts": {
            "token": words.TOKEN_MINUTES,
            "credentials": words.CREDENTIAL_MINUTES,
            "session": words.SESSION_HOURS,
            "portal": words.PORTAL_MINUTES,
        },
        "sign_ins": _sign_ins(actor),
        "production": settings.PRODUCTION,
    }
    try:
        context["rules"] = rules_of(actor)
    except AccessDenied:
        context["problem"] = _(
            "Your institution’s role may not read its own rules yet. The operators bring it up to date with "
            "the command onboard_institution."
        )
    except NotAPolicy:
        context["problem"] = _(
            "The rules are written in a way that this page does not read. Ask the operators what was changed."
        )
    except (AwsError, FundgateError) as error:
        context["problem"] = sentence_of(error)
    return render(request, "dashboard/security/page.html", context)


def _sign_ins(actor: Actor) -> list[tuple[Any, str]]:
    """The latest of the institution, with whose they were."""
    institution = actor.require(Role.ADMIN)
    records = records_of_institution(institution.pk).filter(tag=AuditTag.SIGNED_IN).order_by("-number")
    found = list(records[:SIGN_INS])
    people = called(each.actor_id for each in found if each.actor_id)
    return [(each, people.get(str(each.actor_id), "")) for each in found]
