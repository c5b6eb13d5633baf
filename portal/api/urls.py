"""Addresses of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from portal.api import (
    access,
    calendar,
    changes,
    custody,
    decisions,
    expectations,
    files,
    grants,
    key_uses,
    look_through,
    notices,
    operations,
    own_checks,
    receipts,
    received,
    reviews,
    runs,
    takeouts,
    views,
    webhooks,
)

urlpatterns = [
    path("v1/sign-in/", views.SignInView.as_view(), name="api_sign_in"),
    path("v1/submissions/", views.SubmissionsView.as_view(), name="api_submissions"),
    path("v1/submissions/<uuid:submission_id>/", views.SubmissionView.as_view(), name="api_submission"),
    path("v1/submissions/<uuid:submission_id>/findings/", views.FindingsView.as_view(), name="api_findings"),
    path(
        "v1/submissions/<uuid:submission_id>/withdraw/", views.WithdrawalView.as_view(), name="api_withdraw"
    ),
    path("v1/submissions/<uuid:submission_id>/changes/", changes.ChangesView.as_view(), name="api_changes"),
    path("v1/submissions/<uuid:submission_id>/run/", runs.RunView.as_view(), name="api_run"),
    path("v1/submissions/<uuid:submission_id>/files/", files.FilesView.as_view(), name="api_files"),
    path("v1/submissions/<uuid:submission_id>/files/<str:name>", files.FileView.as_view(), name="api_file"),
    path("v1/submissions/<uuid:submission_id>/receipt/", receipts.ReceiptView.as_view(), name="api_receipt"),
    path(
        "v1/submissions/<uuid:submission_id>/acceptances/",
        reviews.SubmissionAcceptancesView.as_view(),
        name="api_submission_acceptances",
    ),
    path("v1/acceptances/", reviews.AcceptancesView.as_view(), name="api_acceptances"),
    path(
        "v1/acceptances/<uuid:acceptance_id>/decision/", reviews.DecisionView.as_view(), name="api_decision"
    ),
    path("v1/acceptances/<uuid:acceptance_id>/end/", reviews.EndView.as_view(), name="api_end_acceptance"),
    path("v1/calendar/", calendar.CalendarView.as_view(), name="api_calendar"),
    path("v1/expectations/", expectations.ExpectationsView.as_view(), name="api_expectations"),
    path("v1/operations/", operations.OperationsView.as_view(), name="api_operations"),
    path("v1/mappings/", decisions.MappingsView.as_view(), name="api_mappings"),
    path("v1/mappings/<str:fingerprint>/", decisions.MappingView.as_view(), name="api_mapping"),
    path(
        "v1/mappings/<str:fingerprint>/versions/",
        decisions.MappingVersionsView.as_view(),
        name="api_mapping_versions",
    ),
    path(
        "v1/mappings/<str:fingerprint>/versions/<int:number>/",
        decisions.MappingVersionView.as_view(),
        name="api_mapping_version",
    ),
    path("v1/rulebook/", decisions.RulebookView.as_view(), name="api_rulebook"),
    path("v1/received/", received.ReceivedListView.as_view(), name="api_received"),
    path("v1/received/checks/", own_checks.ReceivedChecksView.as_view(), name="api_check_received"),
    path(
        "v1/received/<int:copy_id>/check/",
        own_checks.ReceivedCheckView.as_view(),
        name="api_received_check",
    ),
    path(
        "v1/received/<int:copy_id>/check/findings.csv",
        own_checks.ReceivedFindingsView.as_view(),
        name="api_received_findings",
    ),
    path("v1/received/<int:copy_id>/", received.ReceivedView.as_view(), name="api_received_delivery"),
    path(
        "v1/received/<int:copy_id>/files/<str:name>",
        received.ReceivedFileView.as_view(),
        name="api_received_file",
    ),
    path("v1/look-through/", look_through.LookThroughView.as_view(), name="api_look_through"),
    path("v1/access/", access.AccessView.as_view(), name="api_access"),
    path("v1/access/log/", access.AccessLogView.as_view(), name="api_access_log"),
    path("v1/grants/", grants.GrantsView.as_view(), name="api_grants"),
    path("v1/grants/fill/", grants.FillingView.as_view(), name="api_fill_grants"),
    path("v1/grants/<uuid:grant_id>/", grants.GrantView.as_view(), name="api_grant"),
    path("v1/grants/<uuid:grant_id>/accept/", grants.AcceptanceView.as_view(), name="api_accept_grant"),
    path("v1/grants/<uuid:grant_id>/revoke/", grants.RevocationView.as_view(), name="api_revoke_grant"),
    path("v1/notices/", notices.NoticesView.as_view(), name="api_notices"),
    path("v1/takeouts/", takeouts.TakeOutsView.as_view(), name="api_takeouts"),
    path("v1/takeouts/<uuid:takeout_id>/", takeouts.TakeOutView.as_view(), name="api_takeout"),
    path("v1/takeouts/<uuid:takeout_id>/count/", takeouts.CountView.as_view(), name="api_count_takeout"),
    path(
        "v1/takeouts/<uuid:takeout_id>/parts/<int:number>/",
        takeouts.PartView.as_view(),
        name="api_takeout_part",
    ),
    path("v1/key-uses/", key_uses.KeyUsesView.as_view(), name="api_key_uses"),
    path("v1/retention/", custody.RetentionView.as_view(), name="api_retention"),
    path("v1/holds/", custody.HoldsView.as_view(), name="api_holds"),
    path("v1/holds/<uuid:hold_id>/", custody.HoldView.as_view(), name="api_hold"),
    path("v1/webhooks/", webhooks.WebhooksView.as_view(), name="api_webhooks"),
    path(
        "v1/webhooks/<uuid:endpoint_id>/deliveries/",
        webhooks.DeliveriesView.as_view(),
        name="api_webhook_deliveries",
    ),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
]
