"""People, institutions, memberships, and how a person signs in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
