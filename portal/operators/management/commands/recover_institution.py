"""`manage.py recover_institution RECOVERY`: adds the administrator whom two operators wanted."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.errors import OnboardingFailed
from portal.accounts.management import passwords
from portal.operators import services
from portal.operators.errors import RecoveryOver


class Command(BaseCommand):
    help = (
        "Carries out a recovery whose 72 hours are over, for somebody who is not a member yet. "
        "Needs the deploy profile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recovery", type=UUID, help="the id on the recovery's page")
        passwords.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = services.complete(recovery_id=options["recovery"], password=passwords.password_of(options))
        except RecoveryOver:
            raise CommandError(
                "This recovery does not wait to be carried out; its page says how it stands."
            ) from None
        except OnboardingFailed as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{done.email} is an administrator of {done.institution.code}.")
