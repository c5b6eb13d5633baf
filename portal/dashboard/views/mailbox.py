"""The mailbox of one's own machine: what production would have sent to this person by e-mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.actor import Actor
from portal.accounts.permissions import member_required
from portal.notices.mailbox import letter_to, letters_to


@require_safe
@member_required()
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest messages to the person's address; 404 in production, where there is no such folder."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {"letters": letters_to(actor.user.email)}
    return render(request, "dashboard/notices/mailbox.html", context)


@require_safe
@member_required()
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One message to the person's address; 404 for any other."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {"letter": letter_to(actor.user.email, name)}
    return render(request, "dashboard/notices/letter.html", context)
