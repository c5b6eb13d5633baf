"""Addresses of operators' pages, and of what their acts show to members."""

from django.urls import path

from portal.operators.views import members, platform, recoveries

urlpatterns = [
    path("operators/", platform.institutions, name="operators"),
    path("operators/health/", platform.platform_health, name="platform_health"),
    path("operators/recoveries/", recoveries.recoveries, name="recoveries"),
    path("operators/recoveries/<uuid:recovery_id>/", recoveries.operator_recovery, name="operator_recovery"),
    path("institution/recovery/<uuid:recovery_id>/", members.recovery, name="recovery"),
    path("institution/start/", members.first_steps, name="first_steps"),
]
