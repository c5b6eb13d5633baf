"""`manage.py operator EMAIL [--name ...]`, `manage.py operator EMAIL --dismiss`; may be run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.errors import OnboardingFailed
from portal.accounts.management import passwords
from portal.operators.appointing import appoint, dismiss


class Command(BaseCommand):
    help = "Makes somebody an operator of the platform, or none any more. Needs the deploy profile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--dismiss", action="store_true")
        passwords.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        if options["dismiss"]:
            if not dismiss(email=email):
                raise CommandError(f"{email} is no operator.")
            self.stdout.write(f"{email} is no operator any more.")
            return
        try:
            appoint(email=email, name=options["name"], password=passwords.password_of(options))
        except OnboardingFailed as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{email} is an operator.")
