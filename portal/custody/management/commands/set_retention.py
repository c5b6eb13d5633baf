"""`manage.py set_retention CODE`: does what an administrator of the institution asked for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.errors import OnboardingFailed
from portal.custody import services
from portal.custody.errors import NothingAsked, RetentionUnderHold, TakenBackMeanwhile


class Command(BaseCommand):
    help = (
        "Updates how long an institution's buckets keep things, as one of its administrators asked. "
        "Needs the deploy profile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = services.apply_retention(code=options["code"])
        except (NothingAsked, RetentionUnderHold, TakenBackMeanwhile, OnboardingFailed) as error:
            raise CommandError(error.message) from None
        told = ", ".join(f"{name}={days}" for name, days in done.days.items())
        self.stdout.write(f"{options['code']} keeps things as it asked: {told}.")
