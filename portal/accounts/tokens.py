"""The tokens of a session: kept sealed, opened with the browser's key, renewed by one request at a time."""

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from ingestion.aws.errors import TokenInvalid
from ingestion.aws.identity import verify_id_token
from portal.accounts import cognito, credentials, seal
from portal.accounts.errors import RenewalBusy, SignInNeeded, SignInRefused
from portal.accounts.models import Membership, SealedTokens, User
from portal.accounts.seal import Tokens
from portal.audit import services as audit
from portal.audit.tags import AuditTag
from portal.common.time import now

log = logging.getLogger(__name__)

LIFETIME = timedelta(hours=12)  # as long as a session
LEASE = timedelta(seconds=30)  # after it a renewal counts as dead and is taken over
WAIT = 20.0  # seconds a request waits for another one's renewal
_POLL = 0.1
_LEAST_MINUTES = 1.0  # a token about to end is renewed even for a request that asks for nothing in particular


def keep(*, user: User, tokens: Tokens, groups: tuple[str, ...]) -> tuple[SealedTokens, str]:
    """Seals the tokens of a new sign-in: the row and the key for the cookie. Sweeps away ended ones."""
    SealedTokens.objects.filter(ends_at__lt=now()).delete()
    key = seal.new_key()
    row = SealedTokens(user=user, groups=list(groups), ends_at=now() + LIFETIME)
    row.ciphertext = seal.close(tokens, key=key, user_id=user.pk, seal_id=row.pk)
    row.save(force_insert=True)
    return row, key


class SessionTokens:
    """The tokens behind one browser session: sealed row plus the key from its cookie."""

    def __init__(self, *, row: SealedTokens, key: str) -> None:
        self._row = row
        self._key = key

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups the current ID token names."""
        return tuple(self._row.groups)

    def opens(self) -> bool:
        """Whether the key is this seal's: a session id alone, from a dump say, makes nobody signed in."""
        try:
            self._open()
        except SignInNeeded:
            return False
        return True

    def id_token(self, min_minutes: float = 0) -> str:
        """An ID token good for so many minutes, or a fresh one; SignInNeeded, RenewalBusy, AwsUnavailable.

        Must not be called inside a transaction when a renewal may be due: the lease has to be seen by others.
        """
        tokens = self._open()
        wanted = max(min_minutes, _LEAST_MINUTES)
        if tokens.good_for(wanted):
            return tokens.id_token
        return self._renewed(wanted).id_token

    def end(self) -> Tokens | None:
        """Deletes the seal; the tokens it held, None when it could not be opened."""
        try:
            tokens = self._open()
        except SignInNeeded:
            tokens = None
        SealedTokens.objects.filter(pk=self._row.pk).delete()
        if tokens:
            credentials.forget(tokens.id_token)
        return tokens

    def _open(self) -> Tokens:
        try:
            return seal.open_seal(
                bytes(self._row.ciphertext), key=self._key, user_id=self._row.user_id, seal_id=self._row.pk
            )
        except seal.SealBroken:
            raise SignInNeeded from None

    def _renewed(self, wanted: float) -> Tokens:
        """Renews under a lease, or waits for whoever holds it and takes what they got."""
        deadline = time.monotonic() + WAIT
        while not self._lease():
            if time.monotonic() >= deadline:
                raise RenewalBusy
            time.sleep(_POLL)
            self._reload()
            tokens = self._open()
            if tokens.good_for(wanted):
                return tokens
        old = self._open()
        try:
            fresh = self._ask(old)
        except BaseException:
            self._release()
            raise
        credentials.forget(old.id_token)
        return fresh

    def _lease(self) -> bool:
        """Takes the row for one renewal of the version we know; one UPDATE decides between all processes."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now())
        with transaction.atomic(durable=True):
            return bool(
                SealedTokens.objects.filter(free, pk=self._row.pk, version=self._row.version).update(
                    lease_until=now() + LEASE
                )
            )

    def _release(self) -> None:
        SealedTokens.objects.filter(pk=self._row.pk, version=self._row.version).update(lease_until=None)

    def _reload(self) -> None:
        row = SealedTokens.objects.filter(pk=self._row.pk).first()
        if row is None:  # signed out meanwhile
            raise SignInNeeded
        self._row = row

    def _ask(self, old: Tokens) -> Tokens:
        """One call to the token endpoint without any database lock; then sealed, and the lease given up."""
        user = self._row.user
        try:
            id_token, refresh_token = cognito.renew(old.refresh_token)
            claims = verify_id_token(id_token, cognito.portal_pool())
        except (SignInRefused, TokenInvalid) as error:
            self._ended(type(error).__name__)
            raise SignInNeeded from None
        if (claims.issuer, claims.subject) != (user.issuer, user.subject):
            self._ended("OtherSubject")
            raise SignInNeeded
        return self._store(Tokens(id_token, refresh_token, claims.expires_at), claims.groups)

    def _store(self, fresh: Tokens, groups: tuple[str, ...]) -> Tokens:
        ciphertext = seal.close(fresh, key=self._key, user_id=self._row.user_id, seal_id=self._row.pk)
        with transaction.atomic():
            ours = SealedTokens.objects.filter(pk=self._row.pk, version=self._row.version).update(
                ciphertext=ciphertext, groups=list(groups), version=F("version") + 1, lease_until=None
            )
            if ours:
                self._record(AuditTag.SIGN_IN_RENEWED, {})
        # Nothing was written when the lease ran out and another renewal won (take theirs), or when the person
        # signed out meanwhile (nothing comes back to life): the row as it is now decides.
        self._reload()
        return self._open()

    def _ended(self, reason: str) -> None:
        """The refresh token is over: so is the sign-in."""
        with transaction.atomic():
            SealedTokens.objects.filter(pk=self._row.pk).delete()
            self._record(AuditTag.SIGN_IN_ENDED, {"reason": reason})

    def _record(self, tag: AuditTag, detail: dict[str, str]) -> None:
        membership = Membership.objects.filter(user_id=self._row.user_id).first()
        audit.record(
            tag=tag,
            institution_id=membership.institution_id if membership else None,
            actor_id=self._row.user_id,
            subject_id=self._row.pk,
            detail=detail,
        )


class GivenToken:
    """An ID token that came with the request (API): used as it is, never renewed."""

    def __init__(self, token: str, *, groups: tuple[str, ...]) -> None:
        self._token = token
        self.groups = groups

    def id_token(self, min_minutes: float = 0) -> str:
        """The token itself, verified when the request came in; the caller's clock is not ours to extend."""
        return self._token


def sealed_row(seal_id: str | None, user_id: UUID) -> SealedTokens | None:
    """The live seal a session names, only if it is this user's."""
    if not seal_id:
        return None
    return (
        SealedTokens.objects.filter(pk=seal_id, user_id=user_id, ends_at__gt=now())
        .select_related("user")
        .first()
    )
