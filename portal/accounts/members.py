"""Members of the acting administrator's institution: invite, give another role, remove."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from portal.accounts import members_function
from portal.accounts.actor import Actor
from portal.accounts.errors import AccountElsewhere, AlreadyMember, LastAdmin, LimitedAdmin
from portal.accounts.models import Institution, Membership, SealedTokens, User
from portal.accounts.roles import Role
from portal.accounts.selectors import get_member
from portal.audit import services as audit
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed


def invite(*, actor: Actor, email: str, name: str, role: Role) -> Membership:
    """Sends an invitation; the person is a member from now on and can sign in once they have a password.

    AlreadyMember; AccountElsewhere when the address has an account that cannot be invited.
    """
    institution = actor.require(Role.ADMIN)
    if Membership.objects.filter(institution=institution, user__email__iexact=email).exists():
        raise AlreadyMember
    subject = members_function.invite(id_token=actor.id_token(), email=email, name=name)
    with transaction.atomic():
        user, _ = User.objects.get_or_create(
            issuer=settings.FUNDGATE_ISSUER, subject=subject, defaults={"email": email, "name": name}
        )
        membership, joined = Membership.objects.get_or_create(
            user=user, defaults={"institution": institution, "role": role}
        )
        if membership.institution_id != institution.pk:
            raise AccountElsewhere
        if not joined:
            raise AlreadyMember
        _record(AuditTag.MEMBER_INVITED, actor, user.pk, {"role": role})
    return membership


def invite_again(*, actor: Actor, member_id: UUID) -> Membership:
    """Sends the invitation once more, with a new password; AccountElsewhere once it was accepted."""
    actor.require(Role.ADMIN)
    membership = get_member(actor, member_id)
    user = membership.user
    members_function.invite(id_token=actor.id_token(), email=user.email, name=user.name)
    _record(AuditTag.MEMBER_INVITED_AGAIN, actor, user.pk, {})
    return membership


def change_role(*, actor: Actor, member_id: UUID, role: Role) -> Membership:
    """Gives a member another role, which counts from their next request on; LastAdmin, LimitedAdmin."""
    institution = actor.require(Role.ADMIN)
    with transaction.atomic():
        _hold_admins(actor, institution)
        membership = get_member(actor, member_id, lock=True)
        if membership.role == role:
            return membership
        change = {"from": membership.role, "to": role}
        if membership.role == Role.ADMIN:
            _require_another_admin(actor, membership)
        if role == Role.ADMIN and membership.funds is not None:
            raise LimitedAdmin
        membership.role = role
        membership.save(update_fields=["role"])
        _record(AuditTag.MEMBER_GIVEN_ROLE, actor, membership.user_id, change)
    return membership


def remove(*, actor: Actor, member_id: UUID) -> None:
    """Ends a membership: signed out everywhere, account closed, sessions and membership gone; LastAdmin.

    The user pool comes first: what fails there is repeated, and nobody is left who has gone from our list
    and can still get the institution's credentials.
    """
    institution = actor.require(Role.ADMIN)
    id_token = actor.id_token()  # renewed here if need be: a renewal must not be undone with the transaction
    with transaction.atomic():
        _hold_admins(actor, institution)
        membership = get_member(actor, member_id, lock=True)  # no wait for it after the record below
        if membership.role == Role.ADMIN:
            _require_another_admin(actor, membership)
        members_function.remove(id_token=id_token, subject=membership.user.subject)
        SealedTokens.objects.filter(user=membership.user).delete()
        _record(AuditTag.MEMBER_REMOVED, actor, membership.user_id, {"role": membership.role})
        membership.delete()


def _hold_admins(actor: Actor, institution: Institution) -> None:
    """Administrators act one after the other; NotAllowed for one who is none any more by then."""
    held = Membership.objects.select_for_update(no_key=True).filter(institution=institution, role=Role.ADMIN)
    if actor.user.pk not in {membership.user_id for membership in held.order_by("pk")}:
        raise NotAllowed


def _require_another_admin(actor: Actor, leaving: Membership) -> None:
    """LastAdmin unless somebody stays who can act: who acts now, or an administrator who has signed in."""
    if leaving.user_id == actor.user.pk and not (
        Membership.objects.filter(
            institution_id=leaving.institution_id,
            role=Role.ADMIN,
            user__is_active=True,
            user__last_login__isnull=False,
        )
        .exclude(pk=leaving.pk)
        .exists()
    ):
        raise LastAdmin


def _record(tag: AuditTag, actor: Actor, subject: UUID, detail: dict[str, str]) -> None:
    institution = actor.require(Role.ADMIN)
    audit.record(
        tag=tag,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=subject,
        address=actor.address,
        detail=detail,
    )
