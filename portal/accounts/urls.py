"""Addresses of signing in and out. The library's own logout route is left out: ours goes through Cognito."""

from django.urls import path
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from portal.accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("signed-out/", views.signed_out, name="signed_out"),
    path("oidc/authenticate/", OIDCAuthenticationRequestView.as_view(), name="oidc_authentication_init"),
    path("oidc/callback/", views.CallbackView.as_view(), name="oidc_authentication_callback"),
]
