"""The address without a path: who Fundgate is for everybody, the submissions for members."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public page, or the way to the submissions for somebody who is signed in."""
    if request.actor is None:  # type: ignore[attr-defined]
        return render(request, "public/landing.html")
    return redirect("submissions")
