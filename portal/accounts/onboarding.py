"""Setting up an institution and its people: stack, group, users, rows. Every step may be run again."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from ingestion.aws import clients, layout, stacks
from ingestion.aws.errors import translate
from portal.accounts import directory
from portal.accounts.errors import OnboardingFailed
from portal.accounts.limiting import put_limit
from portal.accounts.models import Institution, Membership, SealedTokens, User
from portal.accounts.roles import Role
from portal.accounts.selectors import institution_by_code, user_by_identity
from portal.accounts.signals import onboarded, onboarding
from portal.audit import services as audit
from portal.audit.selectors import records_of_institution
from portal.audit.tags import AuditTag

TEMPLATE = settings.BASE_DIR / "infra" / "cloudformation" / "institution.yaml"
DEPLOYED = (AuditTag.INSTITUTION_ONBOARDED, AuditTag.RETENTION_APPLIED)
"""What updates an institution's stack from it, and notes its mark."""


def onboard(
    *,
    code: str,
    name: str,
    kind: str,
    admin_email: str,
    admin_name: str = "",
    password: directory.Password | None = None,
    invitations: Sequence[UUID] = (),
) -> Institution:
    """The institution with its stack and first admin; OnboardingFailed says which step failed and why.

    `invitations`: those of other institutions that it follows.
    """
    _check_code(code)
    onboarding.send(Institution, code=code, invitations=invitations)
    email = checked_email(admin_email)
    deploy_stack(
        code,
        {
            "InstitutionCode": code,
            "UserPoolId": settings.FUNDGATE_USER_POOL_ID,
            "IdentityPoolId": settings.FUNDGATE_IDENTITY_POOL_ID,
            "Environment": "production" if settings.PRODUCTION else "local",
        },
    )
    institution = _institution(code=code, name=name.strip() or code, kind=kind)
    _member(institution=institution, email=email, name=admin_name, role=Role.ADMIN, password=password)
    onboarded.send(Institution, institution=institution, invitations=invitations)
    return institution


def add_member(
    *, code: str, email: str, role: Role, name: str = "", password: directory.Password | None = None
) -> User:
    """One more person of an onboarded institution, or the new role of one who is there already."""
    _check_code(code)
    institution = institution_by_code(code)
    if institution is None:
        raise OnboardingFailed(f"There is no institution {code}; run onboard_institution first.")
    return _member(
        institution=institution, email=checked_email(email), name=name, role=role, password=password
    )


def remove_everybody(institution: Institution) -> int:
    """Ends every membership, one after the other: accounts first, then sessions and rows; how many."""
    members = list(Membership.objects.filter(institution=institution).select_related("user"))
    for membership in members:
        user = membership.user
        directory.close_account(subject=user.subject, group=institution.code)
        with transaction.atomic():
            SealedTokens.objects.filter(user=user).delete()
            membership.delete()
            _record(AuditTag.MEMBER_LEFT, institution, user.pk, {"role": membership.role})
    return len(members)


def deploy_stack(code: str, parameters: dict[str, str]) -> None:
    """Creates or updates an institution's stack; what is not named keeps its value. OnboardingFailed."""
    cloudformation = clients.client("cloudformation", region=settings.FUNDGATE_REGION)
    try:
        stacks.deploy(cloudformation, stack=layout.role_name(code), template=TEMPLATE, parameters=parameters)
    except stacks.StackFailed as error:
        raise OnboardingFailed(f"The stack of {code} could not be deployed: {error}") from None
    except (ClientError, BotoCoreError) as error:
        raise directory.explained(translate(error), f"stack of {code}") from None


@transaction.atomic
def _institution(*, code: str, name: str, kind: str) -> Institution:
    institution, created = Institution.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})
    changed = (institution.name, institution.kind) != (name, kind)
    if created or changed or deployed_template(institution) != template_mark():
        institution.name, institution.kind = name, kind
        institution.save(update_fields=["name", "kind"])
        detail = {"code": code, "kind": kind, "template": template_mark()}
        _record(AuditTag.INSTITUTION_ONBOARDED, institution, institution.pk, detail)
    return institution


def template_mark() -> str:
    """What tells this version of the institutions' template from any other."""
    return hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()[:12]


def deployed_template(institution: Institution) -> str:
    """The mark of the template that the institution's stack was last updated from; "" if nobody noted it."""
    told = records_of_institution(institution.pk).filter(tag__in=DEPLOYED, detail__has_key="template")
    last = told.order_by("id").last()
    return str(last.detail["template"]) if last else ""


def _member(
    *, institution: Institution, email: str, name: str, role: Role, password: directory.Password | None
) -> User:
    subject = directory.ensure_person(email=email, name=name, password=password)
    known = user_by_identity(settings.FUNDGATE_ISSUER, subject)
    elsewhere = (
        Membership.objects.filter(user=known).exclude(institution=institution).first() if known else None
    )
    if elsewhere:
        raise OnboardingFailed(
            f"{email} is a member of {elsewhere.institution.code}; two institutions take two accounts."
        )
    directory.join_group(email=email, group=institution.code)
    with transaction.atomic():
        user, made = User.objects.get_or_create(
            issuer=settings.FUNDGATE_ISSUER, subject=subject, defaults={"email": email, "name": name}
        )
        if made:
            _record(AuditTag.USER_ADDED, institution, user.pk, {})
        membership, joined = Membership.objects.select_for_update(no_key=True).get_or_create(
            user=user, defaults={"institution": institution, "role": role}
        )
        if joined:
            _record(AuditTag.MEMBER_ADDED, institution, user.pk, {"role": role})
        elif membership.role != role:
            change = {"from": membership.role, "to": role}
            if role == Role.ADMIN:  # an administrator sees every fund
                put_limit(membership, None, None, actor=None)
            membership.role = role
            membership.save(update_fields=["role"])
            _record(AuditTag.MEMBER_ROLE_CHANGED, institution, user.pk, change)
    return user


def _record(tag: AuditTag, institution: Institution, subject: UUID, detail: dict[str, str]) -> None:
    audit.record(tag=tag, institution_id=institution.pk, actor_id=None, subject_id=subject, detail=detail)


def _check_code(code: str) -> None:
    try:
        layout.institution_code(code)
    except ValueError as error:
        raise OnboardingFailed(f"{code!r} cannot be used: {error}.") from None
    if Institution.objects.filter(code=code, departure__isnull=False).exists():
        raise OnboardingFailed(f"{code} has left; its code is never used again.")


def checked_email(email: str) -> str:
    cleaned = email.strip().lower()
    try:
        validate_email(cleaned)
    except ValidationError:
        raise OnboardingFailed(f"{email!r} is not an e-mail address.") from None
    return cleaned
