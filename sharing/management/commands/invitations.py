"""`manage.py invitations`: which institutions are asked on board."""

from typing import Any

from django.core.management.base import BaseCommand

from sharing.selectors import onboarding_asked


class Command(BaseCommand):
    help = "Lists the institutions that are asked on board: invitation, last day, LEI and name."

    def handle(self, *args: Any, **options: Any) -> None:
        for identity, name, lei, until, _since in onboarding_asked():
            self.stdout.write(f"{identity}  {until}  {lei or '-':20}  {name}")
