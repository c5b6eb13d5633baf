"""The audit trail: who did what to which subject, when, from where."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "portal.audit"
