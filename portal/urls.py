"""Where every address of the portal leads."""

from django.urls import include, path

handler400 = "portal.common.views.bad_request"
handler403 = "portal.common.views.permission_denied"
handler404 = "portal.common.views.not_found"
handler500 = "portal.common.views.server_error"

urlpatterns = [
    path("", include("portal.accounts.urls")),
    path("", include("portal.dashboard.urls")),
    path("", include("ingestion.web.urls")),
    path("", include("sharing.urls")),
    path("", include("portal.operators.urls")),
    path("", include("portal.sftp.urls")),
    path("api/", include("portal.api.urls")),
]
