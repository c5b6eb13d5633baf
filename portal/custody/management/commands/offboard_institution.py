"""`manage.py offboard_institution CODE --reason ...`; may be run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.errors import OnboardingFailed
from portal.custody import services
from portal.custody.errors import DepartureFailed


class Command(BaseCommand):
    help = (
        "Ends an institution's grants, webhooks and memberships and tells its partners. What its retention "
        "demands stays in its buckets, for nobody to read. Needs the deploy profile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--reason", required=True, help="its partners read it")
        parser.add_argument(
            "--without-take-out",
            action="store_true",
            help="also if it has not taken its data out: nobody can read it afterwards",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = services.offboard(
                code=options["code"],
                reason=options["reason"],
                without_take_out=options["without_take_out"],
            )
        except (DepartureFailed, OnboardingFailed) as error:
            raise CommandError(error.message) from None
        self.stdout.write(
            f"{done.institution.code} has left: {done.grants} grants, {done.webhooks} webhooks and "
            f"{done.members} memberships ended. Copies under its grants are deleted within a minute. Its key "
            "and buckets stay until their retention is over; delete its stack then."
        )
