"""Sign-in, its callback, sign-out."""

from urllib.parse import urlencode

import jwt
import requests
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from ingestion.aws.errors import AwsUnavailable, TokenInvalid
from portal.accounts import cognito, seal, services
from portal.accounts.actor import actor_of
from portal.accounts.errors import SignInRefused
from portal.accounts.next_page import safe_next
from portal.common.cookies import drop_cookie, set_secret_cookie

REASONS = {
    "expired": "Your sign-in has ended. Sign in again to go on where you were.",
    "failed": "The sign-in did not work. Please try again.",
}


@never_cache
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page with the button that leads to Cognito, and why one is here."""
    next_page = safe_next(request, request.GET.get("next"))
    reason = request.GET.get("reason", "")
    context = {
        "next": next_page,
        "authenticate_url": f"{reverse('oidc_authentication_init')}?{urlencode({'next': next_page})}",
        "reason": reason if reason in REASONS else "",
        "message": REASONS.get(reason, ""),
    }
    return render(request, "accounts/sign_in.html", context)


class CallbackView(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """Back from Cognito: state, nonce, code are checked, the session gets a new id, the tokens a seal."""

    request: HttpRequest
    reason = "NotSignedIn"

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            if request.GET.get("state") not in request.session.get("oidc_states", {}):
                raise SuspiciousOperation  # on ?error= the library would sign out whoever is signed in
            response: HttpResponse = super().get(request)
        except (SuspiciousOperation, SignInRefused, TokenInvalid, jwt.PyJWTError) as error:
            self.reason = type(error).__name__
            response = self.login_failure()
        except requests.RequestException as error:  # the library's own fetch of the signing keys
            raise AwsUnavailable(type(error).__name__, "signing keys") from None
        response["Referrer-Policy"] = "no-referrer"  # this address holds the code
        response["Cache-Control"] = "no-store"
        return response

    def login_failure(self) -> HttpResponse:
        services.record_refused_sign_in(request=self.request, reason=self.reason)
        return HttpResponseRedirect(self.failure_url)

    def login_success(self) -> HttpResponse:
        next_page = safe_next(self.request, self.request.session.get("oidc_login_next"))
        tokens, groups = self.request.sign_in  # type: ignore[attr-defined]
        key = services.start_session(request=self.request, user=self.user, fresh=tokens, groups=groups)
        response = HttpResponseRedirect(next_page)
        set_secret_cookie(response, seal.COOKIE, key)
        return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session here and at Cognito, which sends the browser back to the page that says so."""
    services.end_session(request=request, actor=actor_of(request))
    response = HttpResponseRedirect(cognito.sign_out_address())
    drop_cookie(response, seal.COOKIE)
    return response


@never_cache
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/signed_out.html")
