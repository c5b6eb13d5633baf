"""Signing in and out, and the records of both."""

import logging

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from ingestion.aws.errors import AwsError, AwsUnavailable
from ingestion.aws.identity import Claims, identity_of
from portal.accounts import cognito, tokens
from portal.accounts.actor import Actor
from portal.accounts.errors import SignInRefused
from portal.accounts.models import User
from portal.accounts.seal import Tokens
from portal.accounts.selectors import SEAL_ID, actor_for, client_address, session_tokens
from portal.audit import services as audit
from portal.audit.tags import AuditTag

log = logging.getLogger(__name__)


def user_for(claims: Claims) -> User:
    """The user of these verified claims; made without membership when we did not know them yet."""
    user, created = User.objects.get_or_create(
        issuer=claims.issuer,
        subject=claims.subject,
        defaults={"email": claims.email[:254], "name": claims.name[:120]},
    )
    shown = {"email": claims.email[:254] or user.email, "name": claims.name[:120] or user.name}
    if not created and shown != {"email": user.email, "name": user.name}:
        User.objects.filter(pk=user.pk).update(**shown)
        user.email, user.name = shown["email"], shown["name"]
    return user


def start_session(*, request: HttpRequest, user: User, fresh: Tokens, groups: tuple[str, ...]) -> str:
    """Begins a signed-in session under a new session id; returns the seal key for the cookie."""
    if isinstance(request.user, User):
        before = session_tokens(request, request.user)
        if before:
            before.end()
    identity = _identity(fresh) if groups else ""
    request.session.clear_expired()
    request.session.flush()  # whatever session id came in, none of it goes on
    with transaction.atomic():
        auth.login(request, user)
        row, key = tokens.keep(user=user, tokens=fresh, groups=groups)
        request.session[SEAL_ID] = str(row.pk)
        request.session.save()
        actor = actor_for(user, tokens.SessionTokens(row=row, key=key))
        audit.record(
            tag=AuditTag.SIGNED_IN,
            institution_id=actor.institution.pk if actor.institution else None,
            actor_id=user.pk,
            subject_id=user.pk,
            address=client_address(request),
            detail={"groups": list(groups), "conflict": actor.conflict}
            | ({"identity": identity} if identity else {}),
        )
    return key


def _identity(fresh: Tokens) -> str:
    """By which AWS names this person in its event history; "" when it does not say: nobody waits for that."""
    try:
        return identity_of(
            fresh.id_token,
            settings.FUNDGATE_IDENTITY_POOL_ID,
            settings.FUNDGATE_ACCOUNT_ID,
            settings.FUNDGATE_REGION,
            pool=cognito.portal_pool(),
        )
    except AwsError as error:
        log.warning("a sign-in is recorded without its identity: %s", error)
        return ""


def end_session(*, request: HttpRequest, actor: Actor | None) -> None:
    """Forgets seal, credentials and session, revokes the refresh token. Works with AWS down, too."""
    user = request.user if isinstance(request.user, User) else None
    held = session_tokens(request, user) if user else None
    with transaction.atomic():
        ended = held.end() if held else None
        if user:
            audit.record(
                tag=AuditTag.SIGNED_OUT,
                institution_id=actor.institution.pk if actor and actor.institution else None,
                actor_id=user.pk,
                subject_id=user.pk,
                address=client_address(request),
            )
        auth.logout(request)
    if ended:
        try:
            cognito.revoke(ended.refresh_token)
        except (AwsUnavailable, SignInRefused) as error:  # nobody can open it any more; it ends by itself
            log.warning("refresh token not revoked at sign-out: %s", error)


def record_refused_sign_in(*, request: HttpRequest, reason: str) -> None:
    """A sign-in that did not end signed in, with its reason as a code."""
    audit.record(
        tag=AuditTag.SIGN_IN_REFUSED,
        institution_id=None,
        actor_id=None,
        subject_id=None,
        address=client_address(request),
        detail={"reason": reason},
    )


def record_denied(
    *, request: HttpRequest, actor: Actor | None, tag: AuditTag, route: str, status: int
) -> None:
    """An act that was refused: who, which route (the pattern, not the address), which status."""
    audit.record(
        tag=tag,
        institution_id=actor.institution.pk if actor and actor.institution else None,
        actor_id=actor.user.pk if actor else None,
        subject_id=None,
        address=client_address(request),
        detail={"route": route, "method": request.method or "", "status": status},
    )


@transaction.atomic
def save_preferences(*, actor: Actor, language: str, timezone: str) -> None:
    """Keeps the language ("" follows the browser) and the time zone in which the person is spoken to."""
    user = User.objects.select_for_update(no_key=True).get(pk=actor.user.pk)
    changed = [
        name
        for name, value in (("language", language), ("timezone", timezone))
        if getattr(user, name) != value
    ]
    if not changed:
        return
    user.language, user.timezone = language, timezone
    user.save(update_fields=changed)
    actor.user.language, actor.user.timezone = language, timezone
    audit.record(
        tag=AuditTag.PREFERENCES_CHANGED,
        institution_id=actor.institution.pk if actor.institution else None,
        actor_id=user.pk,
        subject_id=user.pk,
        address=actor.address,
        detail={"changed": changed},
    )
