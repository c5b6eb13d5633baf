"""Shared foundations of the portal's Django packages."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "portal.common"
