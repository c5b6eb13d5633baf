"""Addresses of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from portal.api import views

urlpatterns = [
    path("v1/sign-in/", views.SignInView.as_view(), name="api_sign_in"),
    path("v1/submissions/", views.SubmissionsView.as_view(), name="api_submissions"),
    path("v1/submissions/<uuid:submission_id>/", views.SubmissionView.as_view(), name="api_submission"),
    path("v1/submissions/<uuid:submission_id>/findings/", views.FindingsView.as_view(), name="api_findings"),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
]
