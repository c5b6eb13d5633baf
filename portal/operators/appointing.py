"""Making somebody an operator, and none any more: the deploying hand's business."""

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction

from portal.accounts import directory
from portal.accounts.errors import OnboardingFailed
from portal.accounts.models import OPERATE, Membership, SealedTokens, User
from portal.accounts.onboarding import checked_email
from portal.audit.services import record
from portal.audit.tags import AuditTag


def appoint(*, email: str, name: str = "", password: directory.Password | None = None) -> User:
    """The operator with an account at the user pool; OnboardingFailed for a member of an institution."""
    email = checked_email(email)
    subject = directory.ensure_person(email=email, name=name, password=password)
    groups = directory.groups_of(email)
    if groups:
        raise OnboardingFailed(f"{email} belongs to {min(groups)}; an operator belongs to no institution.")
    with transaction.atomic():
        user, _new = User.objects.get_or_create(
            issuer=settings.FUNDGATE_ISSUER, subject=subject, defaults={"email": email, "name": name}
        )
        if Membership.objects.filter(user=user).exists():
            raise OnboardingFailed(f"{email} is a member of an institution; an operator is of none.")
        if not user.is_operator:
            user.user_permissions.add(_permission())
            record(tag=AuditTag.OPERATOR_ADDED, institution_id=None, actor_id=None, subject_id=user.pk)
    return user


@transaction.atomic
def dismiss(*, email: str) -> int:
    """Whoever has this address is no operator any more and is signed out here; how many that were."""
    holders = User.objects.filter(email__iexact=email.strip(), user_permissions=_permission())
    found = list(holders.select_for_update(of=("self",), no_key=True))
    for user in found:
        user.user_permissions.remove(_permission())
        SealedTokens.objects.filter(user=user).delete()
        record(tag=AuditTag.OPERATOR_REMOVED, institution_id=None, actor_id=None, subject_id=user.pk)
    return len(found)


def _permission() -> Permission:
    app, _, codename = OPERATE.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)
