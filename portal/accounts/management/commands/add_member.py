"""`manage.py add_member CODE --email ... --role ...`; may be run again, and changes the role."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts import onboarding
from portal.accounts.errors import OnboardingFailed
from portal.accounts.management import passwords
from portal.accounts.roles import Role


class Command(BaseCommand):
    help = "Adds one person to an onboarded institution, or changes their role. Needs the deploy profile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--email", required=True)
        parser.add_argument("--role", required=True, choices=list(Role.values))
        parser.add_argument("--name", default="")
        passwords.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = onboarding.add_member(
                code=options["code"],
                email=options["email"],
                role=Role(options["role"]),
                name=options["name"],
                password=passwords.password_of(options),
            )
        except OnboardingFailed as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{user.email} is {options['role']} of {options['code']}.")
