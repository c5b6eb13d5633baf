"""What operators see of institutions: who they are, whom to write to, how much goes on; never content."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from ingestion.web.models import Submission
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership, User
from portal.accounts.onboarding import DEPLOYED, template_mark
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.common.time import now
from portal.custody.models import RetentionWish
from portal.operators.permissions import require_operator
from sharing.models import Copy

DAYS = 14


@dataclass(frozen=True)
class Day:
    """What all institutions together did on a day, in UTC."""

    day: date
    files: int
    passed: int
    errors: int
    unreadable: int
    broke_off: int
    copies: int


def institutions(actor: Actor, text: str = "") -> QuerySet[Institution]:
    """By name, with `members_count` and `last_file_at`; narrowed by name or code."""
    require_operator(actor)
    members = Membership.objects.filter(institution=OuterRef("pk")).order_by().values("institution")
    last = Submission.objects.filter(institution=OuterRef("pk")).order_by().values("institution")
    found = Institution.objects.select_related("departure").annotate(
        members_count=Coalesce(
            Subquery(members.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
        ),
        last_file_at=Subquery(last.annotate(at=Max("created_at")).values("at")),
    )
    if text:
        found = found.filter(Q(name__icontains=text) | Q(code__icontains=text))
    return found.order_by("name", "code")


def administrators(actor: Actor, institution_ids: list[UUID]) -> dict[UUID, list[User]]:
    """Whom to write to, by institution: its administrators, and nobody else of its people."""
    require_operator(actor)
    admins = Membership.objects.filter(institution_id__in=institution_ids, role=Role.ADMIN)
    found: dict[UUID, list[User]] = {pk: [] for pk in institution_ids}
    for membership in admins.select_related("user").order_by("user__name", "pk"):
        found[membership.institution_id].append(membership.user)
    return found


def stack_is_present(actor: Actor, institution_ids: list[UUID]) -> dict[UUID, bool]:
    """Whether an institution's stack was deployed from the template as it is now; nothing of unknown ones."""
    require_operator(actor)
    wishes = RetentionWish.objects.filter(institution_id__in=institution_ids).values_list("pk", flat=True)
    subjects = [str(pk) for pk in (*institution_ids, *wishes)]  # by which records are found fast
    told = AuditRecord.objects.filter(tag__in=DEPLOYED, subject_id__in=subjects).order_by("id")
    present = template_mark()
    return {
        institution_id: detail["template"] == present
        for institution_id, detail in told.values_list("institution_id", "detail")
        if institution_id and "template" in detail
    }


def days(actor: Actor) -> list[Day]:
    """The last days, today the first; a check only counts as any other file."""
    require_operator(actor)
    today = now().date()
    since = datetime.combine(today - timedelta(days=DAYS - 1), datetime.min.time(), tzinfo=now().tzinfo)
    told = _by_day(
        Submission.objects.filter(created_at__gte=since).exclude(state=State.REFUSED),
        "created_at",
        files=Count("pk"),
        passed=Count("pk", filter=Q(verdict__in=[Verdict.PASSED, Verdict.PASSED_WITH_WARNINGS])),
        errors=Count("pk", filter=Q(verdict=Verdict.FAILED)),
        unreadable=Count("pk", filter=Q(verdict=Verdict.UNREADABLE)),
        broke_off=Count("pk", filter=Q(state=State.FAILED)),
    )
    copied = _by_day(Copy.objects.filter(done_at__gte=since), "done_at", copies=Count("pk"))
    nothing = dict.fromkeys(("files", "passed", "errors", "unreadable", "broke_off", "copies"), 0)
    listed = (today - timedelta(days=back) for back in range(DAYS))
    return [Day(day, **nothing | told.get(day, {}) | copied.get(day, {})) for day in listed]


def _by_day(found: "QuerySet[Any]", moment: str, **counts: Count) -> dict[date, dict[str, int]]:
    """The counts by the day, in UTC, on which the moment was."""
    days = found.order_by().annotate(day=TruncDate(moment, tzinfo=now().tzinfo)).values("day")
    return {row.pop("day"): row for row in days.annotate(**counts)}
