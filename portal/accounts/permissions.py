"""Who may call what: for API views (DRF permissions) and for pages (`member_required`)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.accounts.actor import actor_of
from portal.accounts.errors import NoInstitution, SignInNeeded
from portal.accounts.programs.program import Program
from portal.accounts.reader import caller_of
from portal.accounts.roles import Role

View = Callable[..., HttpResponseBase]


class IsMember(BasePermission):
    """A member in at least `role`; NoInstitution, InstitutionConflict or NotAllowed otherwise.

    A program passes where the view says which metadata it reads, by `scope`; nowhere else.
    """

    role = Role.VIEWER

    def has_permission(self, request: Request, view: Any) -> bool:
        caller = caller_of(request._request)
        if caller is None:
            return False  # DRF answers 401
        if isinstance(caller, Program):
            caller.require(request.method or "", getattr(view, "scope", None))
        else:
            caller.require(self.role)
        return True


def role_required(role: Role) -> type[IsMember]:
    """A DRF permission class for members in at least this role."""
    return type(f"Is{role.label}", (IsMember,), {"role": role})


def member_required(role: Role = Role.VIEWER, *, for_all_funds: bool = False) -> Callable[[View], View]:
    """Lets members in at least this role pass; others are sent to the sign-in or shown why not.

    `for_all_funds`: what the page does counts for every fund, so nobody who is limited to some passes.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if actor is None:
                raise SignInNeeded
            try:
                (actor.require_for_all_funds if for_all_funds else actor.require)(role)
            except NoInstitution:
                return render(request, "accounts/no_institution.html", status=403)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
