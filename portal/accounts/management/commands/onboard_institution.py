"""`manage.py onboard_institution CODE --name ... --kind ... --admin-email ...`; may be run again."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts import onboarding
from portal.accounts.errors import OnboardingFailed
from portal.accounts.management import passwords
from portal.accounts.models import Institution


class Command(BaseCommand):
    help = (
        "Deploys one institution (key, role, buckets, group) and its first admin. Needs the deploy profile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="3 to 20 of a-z, 0-9 and -, starting with a letter; never reused")
        parser.add_argument("--name", required=True)
        parser.add_argument("--kind", required=True, choices=list(Institution.Kind.values))
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", default="")
        told = (
            "the invitation that it follows, as `manage.py invitations` lists it; may be given several times"
        )
        parser.add_argument("--invitation", type=UUID, action="append", default=[], help=told)
        passwords.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            institution = onboarding.onboard(
                code=options["code"],
                name=options["name"],
                kind=options["kind"],
                admin_email=options["admin_email"],
                admin_name=options["admin_name"],
                password=passwords.password_of(options),
                invitations=options["invitation"],
            )
        except OnboardingFailed as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{institution.code} is onboarded; {options['admin_email']} is its admin.")
