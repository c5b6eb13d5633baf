"""Addresses of the keys."""

from django.urls import path

from portal.sftp import views

urlpatterns = [
    path("institution/sftp-keys/", views.sftp_keys, name="sftp_keys"),
    path("institution/sftp-keys/<uuid:key_id>/revoke/", views.revoke_sftp_key, name="revoke_sftp_key"),
]
