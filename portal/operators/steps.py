"""The first steps of a new institution: what of them is done, told from what is there."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from ingestion.schedule.models import Expectation
from ingestion.web.models import RulebookVersion, Submission
from portal.accounts.actor import Actor
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.operators.models import FirstSteps
from sharing.models import Profile


@dataclass(frozen=True)
class Step:
    """One step: the page on which it is taken, and why."""

    page: str
    title: str | Promise
    why: str | Promise
    done: bool


def steps(actor: Actor) -> list[Step]:
    """All of them in the order in which they make sense."""
    mine = actor.require(Role.ADMIN)
    admins = Membership.objects.filter(institution=mine, role=Role.ADMIN, user__last_login__isnull=False)
    return [
        Step(
            "members",
            lazy("Have a second administrator"),
            lazy("If you leave or lose your sign-in, nobody else can manage your institution."),
            admins.count() > 1,
        ),
        Step(
            "directory",
            lazy("Say how you take part in the exchange"),
            lazy("Others find you in the directory only if you want it, and by your LEI."),
            Profile.objects.filter(institution=mine).exists(),
        ),
        Step(
            "upload",
            lazy("Upload a first file"),
            lazy("Within seconds you see whether it keeps the rules of its template."),
            Submission.objects.filter(institution=mine, check_only=False).exists(),
        ),
        Step(
            "expectations",
            lazy("Say what is expected until when"),
            lazy("The calendar then shows what is due, late or missing, and tells your people."),
            Expectation.objects.filter(institution=mine).exists(),
        ),
        Step(
            "rulebook",
            lazy("Look through the rulebook"),
            lazy("The rules hold as they come; make one stricter or softer where your agreements say so."),
            RulebookVersion.objects.filter(institution=mine).exists(),
        ),
    ]


def reminder(actor: Actor) -> list[Step]:
    """The steps an administrator is reminded of: none when they were set aside, or when all are done."""
    if FirstSteps.objects.filter(institution=actor.require(Role.ADMIN)).exists():
        return []
    found = steps(actor)
    return [] if all(step.done for step in found) else found
