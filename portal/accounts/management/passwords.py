"""The password options both commands share: a password comes from the environment, not as an argument."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from portal.accounts.directory import Password


def add_arguments(parser: CommandParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--temporary-password-from-env",
        metavar="NAME",
        help="variable with a password to be changed at the first sign-in (else Cognito sends an invitation)",
    )
    either.add_argument(
        "--password-from-env", metavar="NAME", help="variable with a lasting password; embedded AWS only"
    )


def password_of(options: dict[str, Any]) -> Password | None:
    """The password the options name; CommandError when it is empty or a lasting one is not allowed."""
    lasting, temporary = options["password_from_env"], options["temporary_password_from_env"]
    if lasting and settings.PRODUCTION:
        raise CommandError(
            "--password-from-env is for the embedded AWS only; people choose their own password."
        )
    name = lasting or temporary
    if not name:
        return None
    value = os.environ.get(name, "")
    if not value:
        raise CommandError(f"The variable {name} is not set or empty.")
    return Password(value, permanent=bool(lasting))
